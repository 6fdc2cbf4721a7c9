/** Git's words that only tell. What a repository's settings name is another matter (`gitSettings.ts`). */
import { optionTable, parseOptions } from "../options.ts";
import { harmless, type Program, type Use } from "../program.ts";
import { type Doubt, doubt } from "../words.ts";

const history =
	"-n: -# --oneline --graph --decorate? --no-decorate --all --branches? --tags? --remotes? --stat? --shortstat --numstat --summary --name-only --name-status --since: --until: --after: --before: --author: --committer: --grep: --format: --pretty? --abbrev-commit --no-abbrev-commit --abbrev? --date: --relative-date --follow --reverse --no-merges --merges --first-parent --left-right --cherry-pick --max-count: --skip: --topo-order --date-order --author-date-order --full-history --ancestry-path --simplify-by-decoration --invert-grep --all-match --no-notes --boundary --walk-reflogs -g -i --source";
const changes =
	"-p -u -s --patch --no-patch --raw --patch-with-stat --cached --staged --merge-base -w -b -a -R -z -U: -S: -G: -M? -C? -D -B? --unified: --color? --no-color --word-diff? --word-diff-regex: --color-words? --color-moved? --check --exit-code -q --quiet --no-ext-diff --no-textconv --no-renames --find-renames? --find-copies? --diff-filter: --pickaxe-all --pickaxe-regex --text --full-index --minimal --patience --histogram --ignore-space-change --ignore-all-space --ignore-blank-lines --ignore-space-at-eol --ignore-cr-at-eol --function-context -W --inter-hunk-context: --dirstat? --cumulative --compact-summary --relative? --no-prefix --src-prefix: --dst-prefix: --name-only --name-status --stat? --shortstat --numstat --summary --abbrev? --diff-algorithm: --combined-all-paths -c --cc -m --indent-heuristic --ignore-submodules";

const tables = {
	status:
		"-s -b -v -u? -z --short --branch --long --verbose --untracked-files? --ignored? --porcelain? --show-stash --ahead-behind --no-ahead-behind --renames --no-renames --column? --no-column --ignore-submodules",
	log: `${history} ${changes} -L:`,
	show: `${history} ${changes}`,
	diff: changes,
	"diff-tree": `${changes} -r -t --root --no-commit-id`,
	whatchanged: `${history} ${changes}`,
	blame:
		"-b -e -f -n -s -t -w -l -c -p -L: -M? -C? --root --show-stats --date: --porcelain --line-porcelain --show-name --show-number --show-email --abbrev: --reverse --first-parent --since: --ignore-rev:",
	shortlog: `${history} -s -e -c --summary --numbered --email --group:`,
	"rev-parse":
		"-q --short? --verify --quiet --abbrev-ref? --symbolic --symbolic-full-name --show-toplevel --show-prefix --show-cdup --git-dir --absolute-git-dir --git-common-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository --all --branches? --tags? --remotes? --show-superproject-working-tree",
	"rev-list": `${history} --count --objects --parents --children --timestamp`,
	"ls-files":
		"-c -d -m -o -i -s -t -u -k -v -z -x: --cached --deleted --modified --others --ignored --stage --unmerged --killed --exclude: --exclude-standard --full-name --error-unmatch --abbrev? --eol --deduplicate",
	"ls-tree":
		"-d -r -t -l -z --name-only --name-status --long --full-name --full-tree --abbrev? --object-only --format:",
	"cat-file": "-t -s -e -p",
	describe:
		"--all --tags --contains --abbrev: --candidates: --exact-match --long --match: --exclude: --always --first-parent --dirty? --broken?",
	"merge-base": "-a --all --octopus --independent --is-ancestor --fork-point",
	"name-rev": "--tags --refs: --all --name-only --always",
	"for-each-ref":
		"--count: --sort: --format: --points-at: --merged? --no-merged? --contains? --no-contains? --ignore-case --omit-empty",
	"show-ref": "-q -s -d --head --heads --branches --tags --dereference --hash? --verify --quiet --abbrev?",
	"count-objects": "-v -H --verbose --human-readable",
	"check-ignore": "-q -v -n -z --quiet --verbose --non-matching --no-index",
	grep: "-a -i -w -v -h -H -E -G -P -F -n -l -L -z -o -c -p -W -q -e: -A: -B: -C: -# --text --ignore-case --word-regexp --invert-match --full-name --extended-regexp --basic-regexp --perl-regexp --fixed-strings --line-number --column --name-only --files-with-matches --files-without-match --null --only-matching --count --all-match --quiet --cached --untracked --no-exclude-standard --exclude-standard --color? --no-color --break --heading --show-function --function-context --context: --after-context: --before-context: --max-depth: --and --or --not",
} as const;

/** Words of which one form only tells: with these options, and at most so many operands. */
const listing = {
	branch: [
		"-a -r -v -vv -i --all --remotes --list --verbose --show-current --color? --no-color --column? --sort: --format: --merged --no-merged --contains --no-contains --abbrev? --ignore-case",
		0,
	],
	tag: [
		"-l -n? -i --list --sort: --format: --column? --merged --no-merged --contains --no-contains --points-at: --color? --ignore-case",
		0,
	],
	remote: ["-v --verbose", 0],
	stash: ["", 1],
	reflog: [`${history}`, 1],
	worktree: ["", 1],
	version: ["--build-options", 0],
} as const;

const parsedTables = new Map(Object.entries(tables).map(([word, text]) => [word, optionTable(text)]));
const listingTables = new Map(
	Object.entries(listing).map(([word, [text, most]]) => [word, { table: optionTable(text), most }]),
);
/** The one operand that the words with an operand take. */
const tells: Readonly<Record<string, RegExp>> = {
	stash: /^list$/,
	reflog: /^(show|HEAD)$/,
	worktree: /^list$/,
};

const git: Use = { touches: [], git: true };

export const gitProgram: Program = (args) => {
	let at = 0;
	while (
		args[at] === "--no-pager" ||
		args[at] === "--no-optional-locks" ||
		args[at] === "--literal-pathspecs"
	)
		at++;
	const [word = "", ...rest] = args.slice(at);
	if (word === "--version" && rest.length === 0) return harmless;
	const names = args.some((arg) => /%G|%\(signature/.test(arg));
	if (names) return doubt("it has signatures checked by another program");
	if (word === "config") return config(rest);
	const table = parsedTables.get(word);
	if (table !== undefined) return telling(word, rest, table);
	const listed = listingTables.get(word);
	if (listed === undefined) return doubt(`what git ${word} does is not known`);
	const parsed = parseOptions(rest, listed.table);
	if ("doubt" in parsed) return parsed;
	const { operands, options } = parsed;
	if (word === "stash" && operands.length === 0) return doubt("git stash puts changes away");
	if (word === "worktree" && operands.length === 0) return doubt("git worktree needs a word");
	const lists = options.some(({ name }) => /^(--list|-l|--(no-)?(merged|contains))$/.test(name));
	if (operands.length > listed.most && !(lists && (word === "branch" || word === "tag")))
		return doubt(`git ${word} changes something when it is given a name`);
	if (operands.some((operand) => tells[word]?.test(operand) === false))
		return doubt(`what git ${word} ${operands[0]} does is not known`);
	return git;
};

const telling = (
	word: string,
	args: readonly string[],
	table: ReturnType<typeof optionTable>,
): Use | Doubt => {
	const parsed = parseOptions(args, table);
	if ("doubt" in parsed) return parsed;
	const { operands } = parsed;
	// Outside of what is compared: files of any folder.
	if (word === "diff" && operands.some((operand) => operand.startsWith("/") || operand.startsWith("..")))
		return doubt("git diff may compare files outside of the repository");
	if (word === "grep") return { ...git, touches: [{ kind: "reads", path: "." }] };
	// A revision is no file, and a file that is not there is no secret.
	return {
		...git,
		touches: operands.map((operand) => ({ kind: "reads", path: operand.replace(/^[^:]+:/, "") })),
	};
};

/** Settings hold keys, in addresses above all. */
const config = (args: readonly string[]): Use | Doubt => {
	const names = args[0] === "--get" ? args.slice(1) : args;
	return names.length === 1 &&
		/^(user\.(name|email)|core\.(editor|autocrlf|ignorecase)|init\.defaultbranch)$/i.test(names[0]!)
		? git
		: doubt("git's settings may hold keys, and it may change them");
};
