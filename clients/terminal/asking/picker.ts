/** A list to choose from: typing filters it, Up and Down move, Enter chooses, Escape leaves. */
import { rowText } from "../../../ground/text/plainText.ts";
import { joined, repeated, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import type { KeyEvent } from "../editor/keys.ts";
import { paint, type Theme } from "../render/theme.ts";
import { lineWidth, truncateLine } from "../screen/styledText.ts";

export type PickerItem<Value> = { readonly value: Value; readonly label: string; readonly about?: string };

export type Picker<Value> = {
	/** What Enter would choose now. */
	readonly selected: Value | null;
	/** Undefined while it goes on; null when it was left. */
	handleKey(key: KeyEvent): Value | null | undefined;
	render(width: number, maxRows: number): ScreenText[];
};

export const createPicker = <Value>(
	title: string,
	items: readonly PickerItem<Value>[],
	theme: Theme,
): Picker<Value> => {
	let filter = "";
	let index = 0;
	const shownItems = (): readonly PickerItem<Value>[] =>
		items.filter(({ label, about = "" }) => `${label} ${about}`.toLowerCase().includes(filter.toLowerCase()));
	return {
		get selected() {
			return shownItems()[index]?.value ?? null;
		},
		handleKey(key) {
			if (key.kind !== "key") return undefined;
			const shown = shownItems();
			if (key.id === "escape" || key.id === "ctrl+c" || key.id === "ctrl+g") return null;
			if (key.id === "enter") return shown.length === 0 ? undefined : shown[index]!.value;
			if (key.id === "up" || key.id === "ctrl+p") index = Math.max(0, index - 1);
			else if (key.id === "down" || key.id === "ctrl+n" || key.id === "tab")
				index = Math.min(Math.max(0, shown.length - 1), index + 1);
			else if (key.id === "backspace" || key.text !== "") {
				filter = key.id === "backspace" ? [...filter].slice(0, -1).join("") : filter + key.text;
				index = 0;
			}
			return undefined;
		},
		render(width, maxRows) {
			const shown = shownItems();
			const room = Math.max(1, maxRows - 1);
			const from = Math.max(0, Math.min(index - Math.floor(room / 2), shown.length - room));
			const visible = shown.slice(from, from + room);
			const column = Math.min(
				Math.max(0, ...visible.map(({ label }) => lineWidth(rowText(label)))),
				Math.floor(width / 2),
			);
			const rows = visible.map(({ label, about }, offset) => {
				const name = truncateLine(rowText(label), column);
				const text = joined<ScreenText>([name, repeated(words` `, Math.max(0, column - lineWidth(name)))]);
				const isChosen = from + offset === index;
				const lead = styled`${isChosen ? words`> ` : words`  `}${isChosen ? paint(theme, "selected", text) : text}`;
				return truncateLine(about ? styled`${lead}  ${paint(theme, "dim", rowText(about))}` : lead, width);
			});
			const head = filter === "" ? title : `${title} ${filter}`;
			return [
				paint(theme, "strong", truncateLine(rowText(head), width)),
				...(rows.length > 0 ? rows : [words`  nothing matches`]),
			];
		},
	};
};
