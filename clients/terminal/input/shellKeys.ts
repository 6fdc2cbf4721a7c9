/** The keys that speak to the shell whatever the input is. */
import type { Shell } from "../../common/shell/shell.ts";
import type { Editor } from "../editor/types.ts";
import type { InlineSuggestion } from "./inlineSuggestion.ts";

export type ShellKeysOptions = {
	readonly shell: Shell;
	readonly editor: Editor;
	readonly suggestion: InlineSuggestion;
	say(text: string): void;
};

/** Key id → action; `false` leaves the key to the input. */
export const createShellKeys = ({
	shell,
	editor,
	suggestion,
	say,
}: ShellKeysOptions): Readonly<Record<string, () => boolean>> => {
	const withEmptyInput = (act: () => unknown) => (): boolean => {
		if (editor.text !== "") return false;
		void act();
		return true;
	};
	const restart = withEmptyInput(() => shell.restart());
	return {
		// The nearest thing that can be stopped.
		"ctrl+c": () => {
			if (editor.text !== "") editor.setText("");
			else if (!shell.interrupt()) say("Ctrl-D or exit leaves");
			return true;
		},
		"ctrl+d": withEmptyInput(() => shell.askLeave("close")),
		"ctrl+r": () => shell.hasDeadKernel && restart(),
		"alt+r": withEmptyInput(() => shell.enter("%ipyai rerun")),
		"alt+.": () => {
			void suggestion.ask();
			return true;
		},
		"alt+,": () => suggestion.previous(),
		"alt+p": () => {
			void shell.togglePromptMode();
			return true;
		},
	};
};
