/**
 * The settings that a repository brings. Many of them name programs that git then runs, so that git may be used
 * unasked only where every one of them is known to name none.
 */

const known: Readonly<Record<string, readonly string[]>> = {
	core: [
		...["repositoryformatversion", "filemode", "bare", "logallrefupdates", "ignorecase", "precomposeunicode"],
		...["symlinks", "autocrlf", "eol", "safecrlf", "quotepath", "untrackedcache", "sparsecheckout", "abbrev"],
		...[
			"sparsecheckoutcone",
			"longpaths",
			"compression",
			"preloadindex",
			"whitespace",
			"commentchar",
			"bigfilethreshold",
		],
	],
	user: ["name", "email", "signingkey", "useconfigonly"],
	init: ["defaultbranch"],
	pull: ["rebase", "ff"],
	push: ["default", "autosetupremote", "followtags"],
	fetch: ["prune", "prunetags", "parallel"],
	merge: ["ff", "conflictstyle", "renamelimit"],
	rebase: ["autosquash", "autostash"],
	commit: ["gpgsign", "verbose"],
	tag: ["gpgsign", "sort"],
	log: ["date", "decorate", "abbrevcommit", "follow"],
	status: ["short", "branch", "showuntrackedfiles", "showstash", "relativepaths"],
	diff: [
		"algorithm",
		"renames",
		"renamelimit",
		"colormoved",
		"mnemonicprefix",
		"noprefix",
		"context",
		"indentheuristic",
	],
	advice: ["*"],
	color: ["*"],
	column: ["*"],
	branch: ["*"],
	gc: ["auto", "autodetach", "pruneexpire"],
	extensions: ["objectformat", "compatobjectformat"],
	index: ["version", "threads"],
	pack: ["*"],
	lfs: ["repositoryformatversion", "access"],
	remote: ["url", "pushurl", "fetch", "push", "tagopt", "prune", "gh-resolved"],
};

/** The first setting of the text that may name a program, `null` when none does. What is not understood may. */
export const riskySetting = (text: string): string | null => {
	let section = "";
	for (const raw of text.split("\n")) {
		const line = raw.trim();
		if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
		const head = /^\[\s*([A-Za-z0-9-]+)\s*(?:"(?:[^"\\]|\\.)*"\s*)?\]$/.exec(line);
		if (head) {
			section = head[1]!.toLowerCase();
			continue;
		}
		const [, name] = /^([A-Za-z][A-Za-z0-9-]*)\s*(?:=|$)/.exec(line) ?? [];
		if (name === undefined || line.endsWith("\\")) return line;
		const names = Object.hasOwn(known, section) ? known[section]! : [];
		if (!names.includes("*") && !names.includes(name.toLowerCase())) return `${section}.${name}`;
		// A folder of another's may be worked on as if it were a repository's files.
		if (section === "core" && name.toLowerCase() === "bare" && !/=\s*false$/i.test(line)) return "core.bare";
	}
	return null;
};
