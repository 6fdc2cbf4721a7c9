/**
 * The environments that commands run in. What nobody was asked about runs with nothing of the person's that could
 * make a program do something else; what a person allowed runs as in their shell, but for what would run beside it.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Where programs print to: no terminal, and nobody who turns pages. */
const plain = {
	TERM: "dumb",
	PAGER: "cat",
	GIT_PAGER: "cat",
	MANPAGER: "cat",
	GIT_TERMINAL_PROMPT: "0",
	// A shell that believes to be the first of all reads start-up files when its input is a socket.
	SHLVL: "1",
};

/** Settings that stand above those of any repository. */
const gitSettings: Readonly<Record<string, string>> = {
	"core.fsmonitor": "false",
	"core.hooksPath": "/dev/null",
	"core.pager": "cat",
	"log.showSignature": "false",
	"safe.bareRepository": "explicit",
	"protocol.allow": "never",
	"gc.auto": "0",
	"maintenance.auto": "false",
};

const kept = /^(HOME|USER|LOGNAME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR)$/;

/** For commands that were shown to do no harm. */
export const cleanEnvironment = (environment: Environment, path: string): Record<string, string> => ({
	...pick(environment, (name) => kept.test(name)),
	...plain,
	PATH: path,
	GIT_OPTIONAL_LOCKS: "0",
	GIT_CONFIG_COUNT: String(Object.keys(gitSettings).length),
	...Object.fromEntries(
		Object.entries(gitSettings).flatMap(([name, value], at) => [
			[`GIT_CONFIG_KEY_${at}`, name],
			[`GIT_CONFIG_VALUE_${at}`, value],
		]),
	),
});

/** What would have bash, or every program, run something of its own before the command. */
const steering =
	/^(BASH_.*|BASHOPTS|SHELLOPTS|ENV|PS4|PROMPT_COMMAND|CDPATH|IFS|GLOBIGNORE|LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|NODE_OPTIONS|NODE_CHANNEL_FD|IPYAI_.*)$/;

/** For commands that a person allowed. */
export const personsEnvironment = (environment: Environment): Record<string, string> => ({
	...pick(environment, (name) => !steering.test(name)),
	...plain,
});

const basics =
	/^(HOME|USER|LOGNAME|SHELL|PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_[A-Z_]+|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/;
const proxies = /^(https?|no|all)_proxy$/i;

/**
 * For programs that others wrote and that stay: where things are and how the network is reached, and none of the
 * person's keys. A proxy that has a login counts as one.
 */
export const basicEnvironment = (environment: Environment): Record<string, string> => ({
	...pick(environment, (name) => basics.test(name)),
	...pick(environment, (name) => proxies.test(name) && !environment[name]?.includes("@")),
	TERM: "dumb",
});

const pick = (environment: Environment, isWanted: (name: string) => boolean): Record<string, string> =>
	Object.fromEntries(
		Object.entries(environment).flatMap(([name, value]) =>
			value !== undefined && isWanted(name) ? [[name, value]] : [],
		),
	);
