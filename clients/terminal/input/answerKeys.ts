/** The keys that bring the newest answer's Python into the input. */
import { codeBlocks } from "../../common/markdown/answerParts.ts";
import type { Editor } from "../editor/types.ts";
import { BlockCycle } from "./blockCycle.ts";

export type AnswerKeysOptions = {
	readonly editor: Editor;
	answer(): string;
	/** Says why nothing came. */
	say(text: string): void;
	draw(): void;
};

/** Key id → action. By the characters of a US keyboard, and by the digit where the terminal tells it. */
export const createAnswerKeys = (options: AnswerKeysOptions): Readonly<Record<string, () => boolean>> => {
	const { editor, say, draw } = options;
	const cycle = new BlockCycle();
	const withBlocks = (use: (blocks: readonly string[], answer: string) => void): boolean => {
		const answer = options.answer();
		use(codeBlocks(answer), answer);
		draw();
		return true;
	};
	const insert = (choose: (blocks: readonly string[]) => string) => (): boolean =>
		withBlocks((blocks) => {
			const text = choose(blocks);
			if (text === "") say("the last answer has no such Python block");
			else editor.insert(text);
		});
	const step = (by: 1 | -1) => (): boolean =>
		withBlocks((blocks, answer) => {
			const block = cycle.step(answer, blocks, by);
			if (block === null) say("the last answer has no Python block");
			else editor.setText(block);
		});
	const numbered = [..."!@#$%^&*("].flatMap((character, index) => {
		const action = insert((blocks) => blocks[index] ?? "");
		return [`alt+${character}`, `alt+shift+${index + 1}`, `alt+shift+${character}`].map(
			(id) => [id, action] as const,
		);
	});
	return {
		"alt+shift+w": insert((blocks) => blocks.join("\n")),
		...Object.fromEntries(numbered),
		"alt+shift+down": step(1),
		"alt+shift+up": step(-1),
	};
};
