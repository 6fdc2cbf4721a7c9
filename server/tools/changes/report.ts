import type { FileChange, TurnChanges } from "../../../protocol/index.ts";

/** All that is known of what a turn's tools changed, with diffs. */
export const changesReport = ({ files, variables, notes }: TurnChanges): string =>
	[
		...files.map(fileReport),
		...variables.map(
			({ name, before, after }) => `${name}: ${before ?? "not there"} → ${after ?? "deleted"}`,
		),
		...notes,
	].join("\n");

const fileReport = ({ path, change, added, removed, diff }: FileChange): string => {
	const how = `${path} ${change === "written" ? "was written by something that ran" : `was ${change}`}`;
	const lines = added === null || removed === null ? "" : `, +${added} −${removed}`;
	return `${how}${lines}${diff === null ? "" : `\n${diff}`}`;
};

/** Those of several turns, the newest first. */
export const changesText = (
	turns: readonly { readonly executionCount: number | null; readonly changes: TurnChanges }[],
): string =>
	turns.length === 0
		? "Nothing was changed."
		: turns
				.map(({ executionCount, changes }) => `In [${executionCount ?? ""}]:\n${changesReport(changes)}`)
				.join("\n\n");
