import type { KeyEvent } from "../editor/keys.ts";

/** A line that is typed unseen, for `getpass()`. */
export class HiddenLine {
	text = "";

	/** True when Enter ended the line. */
	handleKey(key: KeyEvent): boolean {
		if (key.kind === "report") return false;
		if (key.kind === "paste") {
			const [first = "", ...more] = key.text.split("\n");
			this.text += first;
			return more.length > 0;
		}
		if (key.id === "enter" || key.id === "ctrl+j") return true;
		if (key.id === "backspace") this.text = [...this.text].slice(0, -1).join("");
		else if (key.id === "ctrl+u") this.text = "";
		else this.text += key.text;
		return false;
	}
}
