/** Programs that read files, or what comes through a pipe, and print. */
import { optionTable, parseOptions } from "../options.ts";
import { type Program, plain, type Use, useOf } from "../program.ts";
import type { Doubt } from "../words.ts";

const reads = { all: "reads" } as const;
const grepOptions =
	"-E -F -G -P -i -y -v -w -x -c -l -L -o -q -s -b -H -h -n -T -Z -z -U -I -r -a -e: -f@ -m: -A: -B: -C: -# " +
	"--extended-regexp --fixed-strings --basic-regexp --perl-regexp --ignore-case --no-ignore-case --invert-match " +
	"--word-regexp --line-regexp --count --files-with-matches --files-without-match --only-matching --quiet --silent " +
	"--no-messages --byte-offset --with-filename --no-filename --line-number --initial-tab --null --null-data --binary " +
	"--text --recursive --regexp: --file@ --max-count: --after-context: --before-context: --context: --color? --colour? " +
	"--include: --exclude: --exclude-dir: --binary-files: --label: --line-buffered";
const pattern = ["-e", "--regexp", "-f", "--file"];
const grepTable = optionTable(grepOptions);
const grep: Program = (args) => {
	const parsed = parseOptions(args, grepTable);
	if ("doubt" in parsed) return parsed;
	const isRecursive = parsed.options.some(({ name }) => name === "-r" || name === "--recursive");
	return hereUnless(!isRecursive, useOf(parsed, { firstUnless: pattern, others: "reads" }));
};

/** One that reads the folder it is in when no file is named. */
const hereUnless = (reads: boolean, use: Use | Doubt): Use | Doubt =>
	"doubt" in use || reads || use.touches.length > 0
		? use
		: { ...use, touches: [{ kind: "reads", path: "." }] };
const sum = plain("-b -t -z --binary --text --tag --zero", reads);
const zipped = plain("", reads);

export const textPrograms: Readonly<Record<string, Program>> = {
	cat: plain(
		"-A -b -e -E -n -s -t -T -u -v --show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs --show-nonprinting",
		reads,
	),
	tac: plain("-b -r -s: --before --regex --separator:", reads),
	head: plain("-n: -c: -q -v -z -# --lines: --bytes: --quiet --silent --verbose --zero-terminated", reads),
	tail: plain("-n: -c: -q -v -z -# --lines: --bytes: --quiet --silent --verbose --zero-terminated", reads),
	nl: plain(
		"-b: -d: -f: -h: -i: -l: -n: -p -s: -v: -w: --body-numbering: --number-format: --number-separator: --number-width: --starting-line-number:",
		reads,
	),
	wc: plain("-c -m -l -L -w --bytes --chars --lines --words --max-line-length", reads),
	cut: plain(
		"-b: -c: -d: -f: -n -s -z --bytes: --characters: --delimiter: --fields: --only-delimited --complement --output-delimiter: --zero-terminated",
		reads,
	),
	paste: plain("-d: -s -z --delimiters: --serial --zero-terminated", reads),
	tr: plain("-c -C -d -s -t --complement --delete --squeeze-repeats --truncate-set1", {
		all: "data",
		most: 2,
	}),
	sort: plain(
		"-b -d -f -g -i -M -h -n -R -r -V -c -C -m -s -u -z -k: -t: -S: --ignore-leading-blanks --dictionary-order --ignore-case --general-numeric-sort --ignore-nonprinting --month-sort --human-numeric-sort --numeric-sort --random-sort --reverse --version-sort --check? --merge --stable --unique --zero-terminated --key: --field-separator: --buffer-size: --parallel: --sort: --debug",
		reads,
	),
	uniq: plain(
		"-c -d -D -f: -i -s: -u -z -w: --count --repeated --all-repeated? --skip-fields: --group? --ignore-case --skip-chars: --unique --zero-terminated --check-chars:",
		{ all: "reads", most: 1 },
	),
	comm: plain(
		"-1 -2 -3 -z --check-order --nocheck-order --output-delimiter: --total --zero-terminated",
		reads,
	),
	join: plain("-a: -e: -i -j: -o: -t: -v: -1: -2: -z --check-order --nocheck-order --header", reads),
	fold: plain("-b -s -w: --bytes --spaces --width:", reads),
	fmt: plain("-c -p: -s -t -u -w: -g: --width: --goal: --prefix: --split-only --uniform-spacing", reads),
	pr: plain("-# -a -c -d -f -F -h: -i? -J -l: -m -n? -N: -o: -r -s? -t -T -v -w: -W:", reads),
	column: plain(
		"-t -s: -o: -c: -x -n: -N: -R: -T: -H: -J -L --table --separator: --output-separator: --output-width: --fillrows --table-columns: --table-right: --json --keep-empty-lines",
		reads,
	),
	rev: plain("", reads),
	expand: plain("-i -t: --initial --tabs:", reads),
	unexpand: plain("-a -t: --all --first-only --tabs:", reads),
	shuf: plain(
		"-e -i: -n: -r -z --echo --input-range: --head-count: --repeat --zero-terminated --random-source@",
		reads,
	),
	od: plain(
		"-A: -j: -N: -S? -t: -v -w? -a -b -c -d -f -i -l -o -s -x --address-radix: --skip-bytes: --read-bytes: --format:",
		reads,
	),
	hexdump: plain("-b -c -C -d -o -v -x -e: -n: -s: --canonical --length: --skip:", reads),
	xxd: plain("-a -b -c: -C -d -E -e -g: -i -l: -n: -o: -p -ps -s: -u", { all: "reads", most: 1 }),
	strings: plain(
		"-a -f -n: -o -t: -e: -w -s: -# --all --print-file-name --bytes: --radix: --encoding:",
		reads,
	),
	base64: plain("-d -i -w: --decode --ignore-garbage --wrap:", reads),
	base32: plain("-d -i -w: --decode --ignore-garbage --wrap:", reads),
	md5sum: sum,
	sha1sum: sum,
	sha224sum: sum,
	sha256sum: sum,
	sha384sum: sum,
	sha512sum: sum,
	b2sum: sum,
	cksum: plain("-a: --algorithm: --untagged --raw --base64 -z", reads),
	sum: plain("-r -s --sysv", reads),
	cmp: plain("-b -i: -l -n: -s --print-bytes --ignore-initial: --verbose --bytes: --quiet --silent", reads),
	diff: plain(
		"-q -s -c -C: -u -U: -e -n -y -W: -p -F: -t -T -l -r -N -x: -S: -i -E -Z -b -w -B -I: -a -d -# --brief --report-identical-files --context? --unified? --ed --rcs --side-by-side --width: --left-column --suppress-common-lines --show-c-function --expand-tabs --initial-tab --recursive --new-file --exclude: --ignore-case --ignore-tab-expansion --ignore-trailing-space --ignore-space-change --ignore-all-space --ignore-blank-lines --ignore-matching-lines: --text --strip-trailing-cr --minimal --speed-large-files --color? --label: --normal --no-dereference --unidirectional-new-file",
		reads,
	),
	diff3: plain("-A -e -E -3 -x -X -i -m -T -a -L:", reads),
	grep,
	egrep: grep,
	fgrep: grep,
	zcat: zipped,
	bzcat: zipped,
	xzcat: zipped,
	zstdcat: zipped,
	rg: (args, place) => hereUnless(place.isPiped, ripgrep(args, place)),
};

const ripgrep = plain(
	"-A: -B: -C: -c -e: -f@ -F -g: -i -I -l -m: -M: -n -N -o -p -P -q -r: -s -S -t: -T: -U -v -V -w -x -H -0 -a -d: -. " +
		"--after-context: --before-context: --context: --count --count-matches --regexp: --file@ --fixed-strings --glob: --iglob: --ignore-case --no-filename --files --files-with-matches --files-without-match --max-count: --max-columns: --line-number --no-line-number --only-matching --pretty --pcre2 --quiet --replace: --case-sensitive --smart-case --type: --type-not: --type-list --multiline --multiline-dotall --invert-match --version --word-regexp --line-regexp --with-filename --null --text --max-depth: --hidden --no-heading --heading --color: --colors: --column --no-column --sort: --sortr: --stats --json --trim --vimgrep --no-messages --passthru --crlf --engine: --max-filesize: --one-file-system --no-config --no-ignore --no-ignore-vcs --no-require-git --glob-case-insensitive --context-separator: --byte-offset --block-buffered --line-buffered --threads: -j: --encoding: -E: --include-zero --unrestricted -u",
	{ firstUnless: [...pattern, "--files", "--type-list", "-V", "--version"], others: "reads" },
);
