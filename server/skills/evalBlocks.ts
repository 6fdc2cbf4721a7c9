/** Python of a skill that is meant to run before the skill is used: fences of Python that begin with `#| eval: true`. Pure. */

const opening = /^ {0,3}(`{3,}|~{3,})\s*(?:python|py)\b[^\n`]*$/;
const mark = /^#\|\s*eval:\s*true\s*$/;

/** Their code without the mark, in order. A fence without its end is none. */
export const evalBlocks = (text: string): string[] => {
	const blocks: string[] = [];
	const lines = text.split(/\r?\n/);
	for (let at = 0; at < lines.length; at++) {
		const anyFence = /^ {0,3}(`{3,}|~{3,})/.exec(lines[at]!)?.[1];
		if (anyFence === undefined) continue;
		const end = lines.findIndex((line, index) => index > at && closes(line, anyFence));
		if (end < 0) return blocks;
		const [first = "", ...code] = lines.slice(at + 1, end);
		if (opening.test(lines[at]!) && mark.test(first) && code.some((line) => line.trim() !== ""))
			blocks.push(code.join("\n"));
		at = end;
	}
	return blocks;
};

const closes = (line: string, fence: string): boolean => {
	const trimmed = line.trim();
	return trimmed.length >= fence.length && trimmed === fence[0]!.repeat(trimmed.length);
};
