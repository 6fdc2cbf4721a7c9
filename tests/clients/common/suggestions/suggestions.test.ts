/** Inline completion as a client asks for it, and as the terminal's line shows it. */
import { setImmediate as nextTick } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Shell } from "../../../../clients/common/shell/shell.ts";
import { type SuggestionPlace, Suggestions } from "../../../../clients/common/suggestions/suggestions.ts";
import { createEditor } from "../../../../clients/terminal/editor/editor.ts";
import { createKeyDecoder } from "../../../../clients/terminal/editor/keyDecoder.ts";
import { InlineSuggestion } from "../../../../clients/terminal/input/inlineSuggestion.ts";
import { plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import { isComplete } from "../../../../ground/python/completeness.ts";
import { words } from "../../../../ground/text/screenText.ts";
import type { InlineCompletionParams, InlineCompletionResult } from "../../../../protocol/index.ts";

type Item = InlineCompletionResult["items"][number];
type Asked = {
	readonly instead?: readonly string[];
	readonly signal: AbortSignal;
	answer(...texts: string[]): void;
	fail(message: string): void;
};

type Notified = {
	readonly textDocument?: { readonly text?: string };
	readonly contentChanges?: readonly { readonly text: string }[];
	readonly item?: Item;
	readonly acceptedLength?: number;
};

/** A server that is answered for by the test; what it is told is kept. */
const newServer = () => {
	const told: string[] = [];
	const asked: Asked[] = [];
	return {
		told,
		asked,
		notify: (method: string, params: object) => {
			const { textDocument, contentChanges, item, acceptedLength } = params as Notified;
			const [, name] = method.split("/");
			const text = contentChanges?.[0]?.text ?? textDocument?.text ?? item?.insertText;
			told.push([name, text, acceptedLength].filter((each) => each !== undefined).join(" "));
		},
		request: (
			_: string,
			{ position, context }: InlineCompletionParams,
			{ signal }: { signal: AbortSignal },
		): Promise<never> =>
			new Promise((resolve, reject) => {
				const toItem = (insertText: string): Item => ({
					insertText,
					range: { start: position, end: position },
				});
				asked.push({
					instead: context.instead,
					signal,
					answer: (...texts) => resolve({ items: texts.map(toItem) } as never),
					fail: (message) => reject(new Error(message)),
				});
				signal.addEventListener("abort", () => reject(new Error("cancelled")));
			}),
	};
};

const at = (text: string, fields: Partial<SuggestionPlace> = {}): SuggestionPlace => ({
	uri: "file:///a.py",
	languageId: "python",
	text: text.replace("|", ""),
	position: { line: 0, character: text.indexOf("|") },
	trigger: "asked",
	...fields,
});

const texts = async (found: Promise<readonly { text: string }[]>) => (await found).map(({ text }) => text);

test("a document is opened once, told when it changed, and closed", async () => {
	const server = newServer();
	const suggestions = new Suggestions(async () => server as never);
	for (const text of ["a|", "a|", "ab|"]) {
		const found = suggestions.suggest(at(text));
		await nextTick();
		server.asked.at(-1)!.answer("x");
		expect(await texts(found)).toEqual(["x"]);
	}
	suggestions.close("file:///a.py");
	suggestions.close("file:///a.py");
	expect(server.told).toEqual(["didOpen a", "didChange ab", "didClose"]);
});

test("another server is given all documents anew", async () => {
	const [first, second] = [newServer(), newServer()];
	let now = first;
	const suggestions = new Suggestions(async () => now as never);
	void suggestions.suggest(at("a|")).catch(() => {});
	await nextTick();
	void suggestions.suggest(at("b|", { uri: "file:///b.py" })).catch(() => {});
	await nextTick();
	now = second;
	void suggestions.suggest(at("a2|")).catch(() => {});
	await nextTick();
	expect(second.told).toEqual(["didOpen b", "didOpen a2"]);
});

test("of two requests the older is cancelled and answers none; so does one that is cancelled", async () => {
	const server = newServer();
	const suggestions = new Suggestions(async () => server as never);
	const older = suggestions.suggest(at("a|"));
	await nextTick();
	const newer = suggestions.suggest(at("ab|"));
	await nextTick();
	expect(server.asked[0]!.signal.aborted).toBe(true);
	server.asked[1]!.answer("c");
	expect([await texts(older), await texts(newer)]).toEqual([[], ["c"]]);
	const cancelled = suggestions.suggest(at("abc|"));
	await nextTick();
	suggestions.cancel();
	expect(await texts(cancelled)).toEqual([]);
});

test("a failure is told, unless nobody waits for it any more", async () => {
	const server = newServer();
	const suggestions = new Suggestions(async () => server as never);
	const failed = suggestions.suggest(at("a|"));
	await nextTick();
	server.asked[0]!.fail("529 overloaded");
	await expect(failed).rejects.toThrow("529 overloaded");
	const none = new Suggestions(() => Promise.reject(new Error("no server")));
	await expect(none.suggest(at("a|"))).rejects.toThrow("no server");
});

test("items that cannot be shown at the cursor are left out, text behind it is told", async () => {
	const place = { line: 0, character: 4 };
	const range = (from: number, to: number) => ({
		start: { ...place, character: from },
		end: { ...place, character: to },
	});
	const items: readonly Item[] = [
		{ insertText: "f(x)", range: range(2, 5) },
		{ insertText: "g(x)", range: range(2, 5) },
		{ insertText: "f()", range: range(2, 5) },
		{ insertText: "\u202e", range: range(4, 4) },
		{ insertText: "", range: range(4, 4) },
	];
	const suggestions = new Suggestions(
		async () => ({ notify: () => {}, request: async () => ({ items }) }) as never,
	);
	const found = await suggestions.suggest(at("y=f(|)"));
	expect(found.map(({ text, replaced }) => [text, replaced])).toEqual([["x)", ")"]]);
});

/** The terminal's input line with the cursor at `|`. */
const newLine = (text: string) => {
	const server = newServer();
	const notes: (string | null)[] = [];
	const kernel = { kernelId: "k1" };
	const editor = createEditor({
		theme: plainTheme,
		onSubmit: () => {},
		isComplete,
		onChange: () => line.cancel(),
	});
	editor.setPrompt({ first: words``, rest: words``, kind: "python" });
	const view = { sessionId: "s", participantId: "p", kernel };
	const line = new InlineSuggestion({
		shell: { view, live: { server } } as never as Shell,
		editor,
		tell: (note) => notes.push(note),
	});
	line.follow();
	editor.setText(text.replace("|", ""), text.indexOf("|"));
	const decoder = createKeyDecoder((key) => editor.handleKey(key), 1e6);
	return {
		...server,
		notes,
		editor,
		line,
		kernel,
		type: (keys: string) => {
			decoder.feed(keys);
			decoder.flush();
		},
		/** The line with what stands dimmed in ⟨⟩. */
		shown: () => `${editor.text}${editor.suggestion && `⟨${editor.suggestion}⟩`}`,
		ask: async (...answer: string[]) => {
			const asks = line.ask();
			await nextTick();
			server.asked.at(-1)!.answer(...answer);
			await asks;
		},
	};
};

test("asked again it shows another, and goes back and forth among those it knows", async () => {
	const { ask, line, shown, asked, told } = newLine("x = |");
	await ask("one()");
	expect(shown()).toBe("x = ⟨one()⟩");
	await ask("two()");
	expect(shown()).toBe("x = ⟨two()⟩");
	expect(asked.map(({ instead }) => instead)).toEqual([undefined, ["one()"]]);
	expect(line.previous()).toBe(true);
	expect(shown()).toBe("x = ⟨one()⟩");
	expect(line.previous()).toBe(false);
	await line.ask();
	expect(shown()).toBe("x = ⟨two()⟩");
	expect(asked).toHaveLength(2);
	expect(told.filter((each) => each.startsWith("didShow"))).toHaveLength(4);
});

test("after a part was taken another is asked for in place of the rest, and what is taken is told as a whole", async () => {
	const { ask, type, shown, asked, told } = newLine("x = |");
	await ask("alpha.beta()");
	type("\x1bf");
	expect(shown()).toBe("x = alpha⟨.beta()⟩");
	await ask(".gamma()");
	expect(asked[1]!.instead).toEqual([".beta()"]);
	expect(shown()).toBe("x = alpha⟨.gamma()⟩");
	type(".g");
	expect(shown()).toBe("x = alpha.g⟨amma()⟩");
	expect(told.filter((each) => each.startsWith("didPartially"))).toEqual([
		"didPartiallyAcceptCompletion alpha.beta() 5",
		"didPartiallyAcceptCompletion .gamma() 1",
		"didPartiallyAcceptCompletion .gamma() 2",
	]);
});

test("what it says stands until it is answered, and speaks of suggestions", async () => {
	const { line, asked, notes, ask } = newLine("x = |");
	const failing = line.ask();
	await nextTick();
	asked[0]!.fail("claude-api: 529 overloaded\nmore");
	await failing;
	await ask();
	await ask("1");
	await ask();
	expect(notes).toEqual([
		"looking for a suggestion",
		"no suggestion: claude-api: 529 overloaded",
		"looking for a suggestion",
		"no suggestion",
		"looking for a suggestion",
		null,
		"looking for another suggestion",
		"no other suggestion",
	]);
});

test("an answer for a line that has changed is not shown, nor one for another kernel", async () => {
	const { line, asked, type, shown, kernel, ask } = newLine("x = |");
	const late = line.ask();
	await nextTick();
	type("y");
	asked[0]!.answer("late");
	await late;
	expect(shown()).toBe("x = y");
	await ask("()");
	expect(shown()).toBe("x = y⟨()⟩");
	kernel.kernelId = "k2";
	line.follow();
	expect(shown()).toBe("x = y");
	const other = line.ask();
	await nextTick();
	kernel.kernelId = "k3";
	line.follow();
	await other;
	expect(shown()).toBe("x = y");
});
