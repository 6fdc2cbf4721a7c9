/** Inline Markdown as styled text: marked finds the tokens, roles give the colours. */
import { Lexer, type Token, type Tokens } from "marked";
import { commonEntities, unescapeHtml } from "../../../ground/text/htmlEntities.ts";
import { shownText, withoutTabs } from "../../../ground/text/plainText.ts";
import { joined, rowsOf, type ScreenText, trimmed } from "../../../ground/text/screenText.ts";
import { wrapLine } from "../screen/styledText.ts";
import { inStyle, type Role, type Theme } from "./theme.ts";

type Piece = { readonly text: string; readonly roles: readonly Role[] };

/** The text of one paragraph as styled text; a hard break is a newline. */
export const renderInline = (source: string, theme: Theme, roles: readonly Role[] = []): ScreenText => {
	// Nothing to find: the usual line of a list or a table.
	if (!/[*_`[\]<>~\\&!:@/\n]| {2}/.test(source)) return paintPiece({ text: source, roles }, theme);
	return joined(piecesOf(Lexer.lexInline(source), roles, theme).map((piece) => paintPiece(piece, theme)));
};

/** A paragraph, wrapped. */
export const renderParagraph = (
	source: string,
	width: number,
	theme: Theme,
	roles: readonly Role[] = [],
): ScreenText[] =>
	rowsOf(renderInline(source, theme, roles)).flatMap((line) => wrapLine(trimmed(line), width));

const piecesOf = (tokens: readonly Token[], roles: readonly Role[], theme: Theme): Piece[] =>
	tokens.flatMap((token): Piece[] => {
		const inner = (role: Role): Piece[] =>
			piecesOf((token as Tokens.Generic).tokens ?? [], [...roles, role], theme);
		switch (token.type) {
			case "strong":
				return inner("strong");
			case "em":
				return inner("emphasis");
			case "del":
				return inner("strike");
			case "codespan":
				return [{ text: theme.colors ? token.text : `\`${token.text}\``, roles: [...roles, "inlineCode"] }];
			case "br":
				return [{ text: "\n", roles: [] }];
			case "link":
				return linkPieces(token as Tokens.Link, roles, theme);
			case "image":
				return [
					{ text: `[image: ${decode(token.text || token.href)}] (${token.href})`, roles: [...roles, "dim"] },
				];
			case "html":
				return [{ text: /^<br\s*\/?>$/i.test(token.raw) ? "\n" : token.raw, roles }];
			case "escape":
				return [{ text: token.text, roles }];
			default:
				if ("tokens" in token && token.tokens) return piecesOf(token.tokens, roles, theme);
				return [{ text: decode(token.raw).replace(/ *\n */g, " "), roles }];
		}
	});

/** The target stands beside the text: what a link says and where it goes may differ. */
const linkPieces = (token: Tokens.Link, roles: readonly Role[], theme: Theme): Piece[] => {
	const text = piecesOf(token.tokens, [...roles, "link"], theme);
	const shown = text.map((piece) => piece.text).join("");
	const same = shown === token.href || token.href === `mailto:${shown}` || token.href === `http://${shown}`;
	return same ? text : [...text, { text: ` (${token.href})`, roles: [...roles, "dim"] }];
};

/** What others wrote becomes text for the screen here. */
const paintPiece = ({ text, roles }: Piece, theme: Theme): ScreenText => {
	const style = roles
		.map((role) => theme.styles[role])
		.filter((each) => each !== "")
		.join(";");
	const shown = withoutTabs(shownText(text));
	return text.trim() === "" ? shown : inStyle(style, shown);
};

/** What character references stand for is as much others' as the rest. */
const decode = (text: string): string => (text.includes("&") ? unescapeHtml(text, commonEntities) : text);
