/** What takes the keyboard for a moment: `input()`, the reason for a refusal, the question before leaving. */
import type { Completeness } from "../../../ground/python/completeness.ts";
import { rowText } from "../../../ground/text/plainText.ts";
import { type PlainText, type ScreenText, words } from "../../../ground/text/screenText.ts";
import type { InputRequestParams } from "../../../protocol/index.ts";
import type { Approval } from "../../common/session/sessionView.ts";
import { createEditor } from "../editor/editor.ts";
import type { KeyEvent } from "../editor/keys.ts";
import type { Editor, EditorOptions, Rendered } from "../editor/types.ts";
import { paint, type Theme } from "../render/theme.ts";
import { lineWidth, stripStyles } from "../screen/styledText.ts";
import { HiddenLine } from "./hiddenLine.ts";

export type Question = {
	readonly kind: "input" | "reason" | "leave";
	/** Whose end makes the question pointless: a cell's or an approval's id. */
	readonly about: string;
	/** True when the key was used. */
	handleKey(key: KeyEvent): boolean;
	render(columns: number): Rendered;
};

type LineOptions = {
	readonly theme: Theme;
	readonly onSubmit: (text: string) => void;
};

/** Python's `input()` or `getpass()`, or a program's; `lead` stands before the line. */
export const inputQuestion = (
	request: InputRequestParams,
	lead: ScreenText,
	{ theme, onSubmit, complete }: LineOptions & { readonly complete: EditorOptions["complete"] },
): Question => {
	const prompt = stripStyles(lead === "" && request.password ? words`Password: ` : lead);
	if (!request.password) {
		const editor = lineEditor(prompt, theme, onSubmit, complete);
		return {
			kind: "input",
			about: request.cellId,
			handleKey: (key) => editor.handleKey(key),
			render: (columns) => editor.render(columns),
		};
	}
	const hidden = new HiddenLine();
	return {
		kind: "input",
		about: request.cellId,
		handleKey(key) {
			if (hidden.handleKey(key)) onSubmit(hidden.text);
			return true;
		},
		render: () => ({ lines: [prompt], cursor: { line: 0, column: lineWidth(prompt) } }),
	};
};

/** Why a tool is refused: goes to the model. */
export const reasonQuestion = (approval: Approval, { theme, onSubmit }: LineOptions): Question => {
	const editor = lineEditor(words`Reason for the model (Enter for none): `, theme, onSubmit);
	return {
		kind: "reason",
		about: approval.approvalId,
		handleKey: (key) => editor.handleKey(key),
		render: (columns) => editor.render(columns),
	};
};

/** Before leaving while something runs. */
export const leaveQuestion = (
	what: string,
	theme: Theme,
	onAnswer: (answer: "close" | "detach" | "stay") => void,
): Question => ({
	kind: "leave",
	about: "",
	handleKey(key) {
		if (key.kind !== "key") return true;
		if (key.id === "d" || key.id === "enter") onAnswer("detach");
		else if (key.id === "e" || key.id === "ctrl+d") onAnswer("close");
		else if (key.id === "escape" || key.id === "ctrl+c" || key.id === "s") onAnswer("stay");
		return true;
	},
	render: () => {
		const line = words`${rowText(what)} [d]etach and let it run, [e]nd it, [s]tay? `;
		return { lines: [paint(theme, "warning", line)], cursor: { line: 0, column: lineWidth(line) } };
	},
});

const lineEditor = (
	prompt: PlainText,
	theme: Theme,
	onSubmit: (text: string) => void,
	complete: EditorOptions["complete"] = undefined,
): Editor => {
	// Any line is an answer.
	const isComplete = (): Completeness => ({ status: "complete", indent: "" });
	const editor = createEditor({ theme, onSubmit, isComplete, ...(complete && { complete }) });
	editor.setPrompt({ first: prompt, rest: words``, kind: "ai" });
	return editor;
};
