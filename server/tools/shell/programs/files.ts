/** Programs that tell of files by name, kind and size. */
import { harmless, type Program, plain } from "../program.ts";
import { doubt } from "../words.ts";

const lists = { all: "lists" } as const;

export const filePrograms: Readonly<Record<string, Program>> = {
	ls: plain(
		"-a -A -b -B -c -C -d -f -F -g -G -h -H -i -I: -k -l -L -m -n -N -o -p -q -Q -r -R -s -S -t -T: -u -U -v -w: -x -X -Z -1 --all --almost-all --author --escape --block-size: --ignore-backups --color? --directory --classify? --file-type --format: --full-time --group-directories-first --no-group --human-readable --si --dereference --hide: --indicator-style: --inode --ignore: --literal --numeric-uid-gid --hide-control-chars --show-control-chars --quote-name --quoting-style: --reverse --recursive --size --sort: --time: --time-style: --tabsize: --width: --zero",
		lists,
	),
	dir: plain("-a -A -l -h -1 -C", lists),
	tree: plain(
		"-a -d -l -f -x -L: -P: -I: -p -s -h -u -g -D -F -q -N -v -t -c -U -r -i -A -S -n -C -J -X --dirsfirst --gitignore --noreport --filelimit: --matchdirs --prune --du --si --sort? --charset: --inodes --device --timefmt: --ignore-case",
		lists,
	),
	stat: plain("-L -f -c: -t --dereference --file-system --format: --printf: --terse --cached:", lists),
	file: plain(
		"-b -i -h -L -k -N -n -p -r -s -v -0 -E -F: -e: --brief --mime --mime-type --mime-encoding --no-dereference --dereference --keep-going --no-pad --raw --separator: --extension --version",
		lists,
	),
	du: plain(
		"-0 -a -b -B: -c -D -d: -h -H -k -L -l -m -P -S -s -t: -x --null --all --apparent-size --block-size: --total --max-depth: --human-readable --si --summarize --threshold: --one-file-system --exclude: --time? --time-style: --inodes --separate-dirs",
		lists,
	),
	df: plain(
		"-a -B: -h -H -i -k -l -P -t: -T -x: --all --block-size: --human-readable --si --inodes --local --portability --print-type --type: --exclude-type: --total --output?",
		lists,
	),
	basename: plain("-a -s: -z --multiple --suffix: --zero", { all: "data" }),
	dirname: plain("-z --zero", { all: "data" }),
	realpath: plain(
		"-e -m -L -P -q -s -z --canonicalize-existing --canonicalize-missing --logical --physical --quiet --relative-to: --relative-base: --strip --no-symlinks --zero",
		lists,
	),
	readlink: plain(
		"-f -e -m -n -q -s -v -z --canonicalize --canonicalize-existing --canonicalize-missing --no-newline",
		lists,
	),
	pathchk: plain("-p -P --portability", { all: "data" }),
	fd: plain(
		"-H -I -u -s -i -g -F -a -l -p -0 -1 -q -d: -t: -e: -E: -S: -c: -j: --hidden --no-ignore --case-sensitive --ignore-case --glob --fixed-strings --absolute-path --list-details --full-path --print0 --max-depth: --min-depth: --exact-depth: --type: --extension: --exclude: --size: --color: --changed-within: --changed-before: --max-results: --quiet --one-file-system --strip-cwd-prefix --version",
		{ firstUnless: ["--version"], others: "lists" },
	),
	fdfind: plain(
		"-H -I -s -i -g -F -a -l -p -0 -1 -q -d: -t: -e: -E: --hidden --no-ignore --type: --extension: --max-depth:",
		{
			firstUnless: [],
			others: "lists",
		},
	),
	mkdir: plain("-p -v --parents --verbose", { all: "makesFolder" }),
	unzip: (args) => {
		const [first, ...others] = args;
		if (first !== "-l" && first !== "-lv" && first !== "-v" && first !== "-Z1" && first !== "-t")
			return doubt("unzip writes files unless it is told to list them");
		if (others.some((arg) => arg.startsWith("-"))) return doubt("what its options do is not known");
		return { touches: others.slice(0, 1).map((path) => ({ kind: "reads", path })) };
	},
	zipinfo: plain("-1 -l -s -m -h -t -v", { all: "reads", most: 1 }),
	tar: (args) => {
		// A host before a colon is asked by a program.
		const parsed = listing(args);
		if (parsed === null) return doubt("tar is known only for listing an archive: tar -tf FILE");
		if (parsed.includes(":")) return doubt(`${parsed} may name another machine`);
		return { touches: [{ kind: "reads", path: parsed }] };
	},
	cd: (args) => (args.length === 0 ? doubt("it goes to the home folder") : harmless),
};

/** The archive that `tar -tf FILE`, in one of its spellings, lists. */
const listing = (args: readonly string[]): string | null => {
	const [first = "", second, third] = args;
	if (/^-?[tvzjJ]*t[vzjJ]*f$/.test(first) && second !== undefined && third === undefined)
		return second.startsWith("-") ? null : second;
	if (first === "--list" && second?.startsWith("--file=") && third === undefined)
		return second.slice("--file=".length);
	return null;
};
