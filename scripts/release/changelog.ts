const heading = "## [Unreleased]";

/** Gives what is unreleased a version and a day, under a new empty heading. Fails when there is nothing to release. */
export const moveUnreleased = (changelog: string, version: string, day: string): string => {
	const start = changelog.indexOf(heading);
	if (start === -1) throw new Error(`CHANGELOG.md has no "${heading}".`);
	const rest = changelog.slice(start + heading.length);
	const end = rest.search(/^## /m);
	if ((end === -1 ? rest : rest.slice(0, end)).trim() === "")
		throw new Error(`CHANGELOG.md says nothing under "${heading}".`);
	return `${changelog.slice(0, start)}${heading}\n\n## [${version}] - ${day}${rest}`;
};
