/** The shell's own words that change nothing, and programs that tell of the machine and of time. */
import { harmless, type Program, plain } from "../program.ts";
import { doubt } from "../words.ts";

const data = { all: "data" } as const;
const nothing = { all: "data", most: 0 } as const;
/** It answers by the person's own search path. */
const searching =
	(program: Program): Program =>
	(args, at) => {
		const use = program(args, at);
		return "doubt" in use ? use : { ...use, searches: true };
	};
const told: Program = (args) => (args.length === 0 ? harmless : doubt("it may set what it is given"));

const unaryTests = new Set("-a -b -c -d -e -f -g -h -k -L -n -p -r -s -S -t -u -w -x -z -O -G -N".split(" "));
const binaryTests = new Set("= == != -eq -ne -lt -le -gt -ge -nt -ot -ef".split(" "));
const joints = new Set(["!", "(", ")", "-a", "-o"]);

/** `test` reads no arithmetic and no variables but by `-v` and `-R`. */
const tests = (args: readonly string[]): ReturnType<Program> => {
	const odd = args.find(
		(arg) => /^-[a-zA-Z]+$/.test(arg) && !unaryTests.has(arg) && !binaryTests.has(arg) && !joints.has(arg),
	);
	if (odd !== undefined) return doubt(`what ${odd} tests is not known`);
	return {
		touches: args
			.filter((arg) => !unaryTests.has(arg) && !binaryTests.has(arg) && !joints.has(arg) && arg !== "]")
			.map((path) => ({ kind: "lists", path })),
	};
};

export const builtins: Readonly<Record<string, Program>> = {
	":": plain("", data),
	true: () => harmless,
	false: () => harmless,
	echo: () => harmless,
	pwd: plain("-L -P", nothing),
	printf: (args) => {
		const [format = ""] = args[0] === "--" ? args.slice(1) : args;
		const setsVariable = format.startsWith("-") || /%[^a-zA-Z%]*[hlLjzt]*n/.test(format);
		return setsVariable ? doubt("printf may set a variable") : harmless;
	},
	test: tests,
	"[": (args) => (args.at(-1) === "]" ? tests(args.slice(0, -1)) : doubt("[ is not closed")),
	type: searching(plain("-t -p -a -P -f", data)),
	command: (args, at) =>
		args[0] === "-v" || args[0] === "-V"
			? searching(plain("-v -V", data))(args, at)
			: doubt("command runs what it is given"),
};

/** Of a program that runs others it is known that it tells its version and ends. */
const version =
	(...words: string[]): Program =>
	(args) =>
		args.length === 1 && words.includes(args[0]!)
			? { ...harmless, searches: true }
			: doubt("it runs programs: only its version may be asked");

export const systemPrograms: Readonly<Record<string, Program>> = {
	date: (args, at) => {
		const use = plain(
			"-d: -u -R -r^ -I? --date: --utc --universal --rfc-email --rfc-3339: --iso-8601? --reference^",
			data,
		)(args, at);
		if ("doubt" in use) return use;
		const sets = args.some(
			(arg, index) =>
				!/^[-+]/.test(arg) && !/^(-[a-zA-Z]*[dr]|--date|--reference)$/.test(args[index - 1] ?? ""),
		);
		return sets ? doubt("date may set the clock") : use;
	},
	cal: plain("-1 -3 -j -m -s -y -n: -h -w", data),
	uptime: plain("-p -s --pretty --since", nothing),
	whoami: told,
	id: plain("-u -g -G -n -r -z --user --group --groups --name --real", data),
	groups: plain("", data),
	uname: plain(
		"-a -s -n -r -v -m -p -i -o --all --kernel-name --nodename --kernel-release --kernel-version --machine --processor --operating-system",
		nothing,
	),
	hostname: plain("-f -s -d -i -I -A --fqdn --short --domain", nothing),
	arch: told,
	nproc: plain("--all --ignore:", nothing),
	free: plain("-b -k -m -g -h -t -w -l --human --total --wide --si --mega --giga", nothing),
	lscpu: plain("-e? -p? -J -b --json", nothing),
	lsblk: plain("-a -b -d -f -i -l -m -n -o: -p -r -J -t -S --fs --json --output:", data),
	vmstat: plain("-a -s -d -w -S: -t", { all: "data", most: 2 }),
	tty: plain("-s", nothing),
	locale: plain("-a -m", nothing),
	getconf: plain("-a", { all: "data", most: 1 }),
	who: plain("-a -b -H -q -u -m -r", nothing),
	w: plain("-h -s -f -i", data),
	ps: (args, at) => {
		// A bare `e` shows the environments of programs.
		if (args.length === 1 && /^[auxfjlw]+$/.test(args[0]!)) return harmless;
		const use = plain(
			"-e -A -a -f -F -l -H -j -L -w -o: -p: -u: -U: -C: -t: --sort: --forest --no-headers --pid: --ppid: -N",
			nothing,
		)(args, at);
		return args.some((arg) => /env/i.test(arg)) ? doubt("it may show environments") : use;
	},
	pgrep: plain("-f -l -a -n -o -c -x -u: -P: -i -d:", data),
	pidof: plain("-s -x", data),
	seq: plain("-f: -s: -w --format: --separator: --equal-width", data),
	expr: plain("", data),
	factor: plain("", data),
	numfmt: plain(
		"--from: --to: --suffix: --padding: --field: --format: --grouping --header? --round: --unit-separator: -d:",
		data,
	),
	sleep: (args) =>
		args.length === 1 && /^\d{1,2}(\.\d+)?$/.test(args[0]!) && Number(args[0]) <= 30
			? harmless
			: doubt("it waits for long"),
	which: searching(plain("-a -s", data)),
	bc: plain("-l -q -s -w --mathlib --quiet", nothing),
	jq: (args, at) => {
		const use = plain(
			"-r -c -n -s -S -e -a -j -C -M -R --raw-output --compact-output --null-input --slurp --sort-keys --exit-status --ascii-output --join-output --color-output --monochrome-output --raw-input --tab --indent:",
			{ firstUnless: [], others: "reads" },
		)(args, at);
		return args.some((arg) => /\b(import|include|env)\b|\$ENV/.test(arg))
			? doubt("its program reads more than its files")
			: use;
	},
	go: version("version"),
	java: version("-version", "--version"),
	tmux: version("-V"),
	...Object.fromEntries(
		"python python3 node gcc g++ cc clang make cmake cargo rustc javac ruby perl php bash docker nvim vim uv"
			.split(" ")
			.map((name) => [name, version("--version", "-V")]),
	),
};
