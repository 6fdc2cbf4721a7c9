/** Inline Markdown as styled text: the parser finds the pieces, roles give the colours. */

import { shownText, withoutTabs } from "../../../ground/text/plainText.ts";
import { joined, rowsOf, type ScreenText, trimmed } from "../../../ground/text/screenText.ts";
import { parseInline } from "../../common/markdown/inline.ts";
import type { Inline, Mark } from "../../common/markdown/pieces.ts";
import { References } from "../../common/markdown/references.ts";
import { wrapLine } from "../screen/styledText.ts";
import { inStyle, type Role, type Theme } from "./theme.ts";

/** How a text is drawn, and the addresses that its references lead to. */
export type InlineStyle = {
	readonly theme: Theme;
	readonly references?: References;
	/** What all of it is. */
	readonly roles?: readonly Role[];
};

/** The text of one paragraph as styled text; a hard break is a newline. */
export const renderInline = (source: string, style: InlineStyle): ScreenText =>
	joined(parseInline(source, style.references ?? new References()).map((piece) => painted(piece, style)));

/** A paragraph, wrapped. */
export const renderParagraph = (source: string, width: number, style: InlineStyle): ScreenText[] =>
	rowsOf(renderInline(source, style)).flatMap((line) => wrapLine(trimmed(line), width));

const painted = (piece: Inline, { theme, roles = [] }: InlineStyle): ScreenText => {
	const own = [...roles, ...piece.marks.map((mark) => roleOf[mark])];
	switch (piece.kind) {
		case "text":
		case "math":
		case "html":
			return paintText(piece.text, own, theme);
		case "code":
			return paintText(theme.colors ? piece.text : `\`${piece.text}\``, [...own, "inlineCode"], theme);
		case "break":
			return paintText("\n", [], theme);
		// The target stands beside the text: what a link says and where it goes may differ.
		case "address":
			return paintText(` (${piece.text})`, [...own, "dim"], theme);
		case "image":
			return paintText(`[image: ${piece.text}] (${piece.address})`, [...own, "dim"], theme);
		default:
			return piece satisfies never;
	}
};

const roleOf: Readonly<Record<Mark, Role>> = {
	strong: "strong",
	emphasis: "emphasis",
	strike: "strike",
	link: "link",
};

/** What others wrote becomes text for the screen here. */
const paintText = (text: string, roles: readonly Role[], theme: Theme): ScreenText => {
	const style = roles
		.map((role) => theme.styles[role])
		.filter((each) => each !== "")
		.join(";");
	const shown = withoutTabs(shownText(text));
	return text.trim() === "" ? shown : inStyle(style, shown);
};
