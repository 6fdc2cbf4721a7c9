/**
 * Shiki behind `lineHighlighter`: grammars by line with carried state. Its theme paints nothing itself; each scope
 * gets a colour that stands for one of our roles, so every language follows the same theme.
 */
import { bundledLanguages, bundledLanguagesAlias, createHighlighterCore, type HighlighterCore } from "shiki";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { shownText } from "../../../ground/text/plainText.ts";
import { joined } from "../../../ground/text/screenText.ts";
import type { LineHighlighter } from "./lineHighlighter.ts";
import { paint, type Role, type Theme } from "./theme.ts";

/** Null for a language that is not loaded. */
export type Lines = (language: string, theme: Theme) => LineHighlighter | null;

let core: HighlighterCore | undefined;

export const createShikiLines = async (): Promise<Lines> => {
	core = await createHighlighterCore({
		themes: [roleTheme()],
		langs: [],
		engine: createJavaScriptRegexEngine({ forgiving: true }),
	});
	return (language, theme) => {
		if (!core?.getLoadedLanguages().includes(language)) {
			void loadLanguage(language);
			return null;
		}
		return shikiHighlighter(core, language, theme, undefined);
	};
};

/** Loads one language, if shiki knows it. */
export const loadLanguage = async (language: string): Promise<void> => {
	const loader =
		bundledLanguages[language as keyof typeof bundledLanguages] ??
		bundledLanguagesAlias[language as keyof typeof bundledLanguagesAlias];
	if (core && loader) await core.loadLanguage(loader);
};

type GrammarState = ReturnType<HighlighterCore["getLastGrammarState"]>;

const shikiHighlighter = (
	highlighter: HighlighterCore,
	language: string,
	theme: Theme,
	start: GrammarState | undefined,
): LineHighlighter => {
	let state = start;
	return {
		line(text) {
			const shown = shownText(text);
			// A very long line is data; colouring it would hold up the screen.
			if (shown.length > 2000) return shown;
			const options = { lang: language, theme: "ipyai", ...(state ? { grammarState: state } : {}) };
			const result = highlighter.codeToTokens(shown, options);
			state = result.grammarState;
			return joined(
				(result.tokens[0] ?? []).map((token) => {
					const role = roles[Number.parseInt(token.color?.slice(1) ?? "", 16) - 1];
					const content = shownText(token.content);
					return role ? paint(theme, role, content) : content;
				}),
			);
		},
		copy: () => shikiHighlighter(highlighter, language, theme, state),
	};
};

const scopes: readonly (readonly [Role, readonly string[]])[] = [
	["comment", ["comment", "punctuation.definition.comment"]],
	["string", ["string", "markup.inline.raw", "markup.inserted"]],
	["number", ["constant.numeric", "constant.language", "constant.character"]],
	["keyword", ["keyword", "storage", "markup.deleted"]],
	["operator", ["keyword.operator"]],
	["function", ["entity.name.function", "support.function"]],
	["type", ["entity.name.type", "entity.name.class", "support.type", "support.class", "entity.name.tag"]],
	["builtin", ["variable.language", "support.constant"]],
	["decorator", ["entity.other.attribute-name", "meta.decorator"]],
	["heading", ["markup.heading", "entity.name.section"]],
];
const roles = scopes.map(([role]) => role);

const roleTheme = () => ({
	name: "ipyai",
	type: "dark" as const,
	fg: "#ffffff",
	bg: "#000000",
	settings: scopes.map(([, scope], index) => ({
		scope: [...scope],
		settings: { foreground: `#${(index + 1).toString(16).padStart(6, "0")}` },
	})),
});
