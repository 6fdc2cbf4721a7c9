/** YAML between lines of `---` at the head of a note or a skill. */
export type FrontMatter =
	/** `body`: what stands below it. */
	| { readonly kind: "fields"; readonly fields: Readonly<Record<string, unknown>>; readonly body: string }
	| { readonly kind: "none" }
	/** It is there and cannot be read; `reason` is what to say of the file. */
	| { readonly kind: "broken"; readonly reason: string };

/** Longer ones are nobody's own words, and reading them takes its time. */
const maxChars = 20_000;

/** Never rejects. */
export const readFrontMatter = async (text: string): Promise<FrontMatter> => {
	const opening = /^\uFEFF?\s*---[ \t]*\r?\n/.exec(text);
	if (opening === null) return { kind: "none" };
	const rest = text.slice(opening[0].length);
	const closing = /^---[ \t]*(?:\r?\n|$)/m.exec(rest.slice(0, maxChars));
	if (closing === null)
		return { kind: "broken", reason: `has front matter without an end within ${maxChars} characters` };
	try {
		// Most texts have none: the parser is loaded for the first that does.
		const { parseDocument } = await import("./yamlDocument.ts");
		// Tags of one's own are texts here; nothing is made of them.
		const document = parseDocument(rest.slice(0, closing.index), { logLevel: "silent" });
		const [error] = document.errors;
		if (error !== undefined) return broken(error);
		const fields: unknown = document.toJS({ maxAliasCount: 20 });
		if (fields !== null && (typeof fields !== "object" || Array.isArray(fields)))
			return { kind: "broken", reason: "has front matter without keys" };
		const body = rest.slice(closing.index + closing[0].length);
		return { kind: "fields", fields: (fields ?? {}) as Record<string, unknown>, body };
	} catch (error) {
		return broken(error as Error);
	}
};

const broken = ({ message }: Error): FrontMatter => ({
	kind: "broken",
	reason: `has front matter that is no YAML (${message.split("\n")[0]!.slice(0, 200)})`,
});

/** What a note or a skill brings besides its text, in the predecessors' keys. */
export type Brought = {
	/** `allowed-tools`: names of functions, words apart. */
	readonly tools: readonly string[];
	/** `exposed-vars`: variables, words apart. */
	readonly variables: readonly string[];
	/** `shell-cmds`: one command, one a line, or a list. */
	readonly commands: readonly string[];
};

export const broughtBy = (fields: Readonly<Record<string, unknown>>): Brought => ({
	tools: texts(fields["allowed-tools"]).flatMap(words),
	variables: texts(fields["exposed-vars"]).flatMap(words),
	commands: texts(fields["shell-cmds"])
		.flatMap((text) => text.split("\n"))
		.map((line) => line.trim())
		.filter((line) => line !== ""),
});

const texts = (value: unknown): string[] =>
	(Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");

/** `Bash(git log:*)` is one word. */
const words = (text: string): string[] => text.match(/[^\s,(]+(?:\([^)]*\))?/g) ?? [];
