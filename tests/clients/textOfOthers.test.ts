/** Nothing that others wrote acts, hides or reorders in any client: every payload at every place where it can be shown. */
import { expect, test } from "vitest";
import type { Output, SessionEvent } from "../../protocol/index.ts";
import { type FaceName, type RunningFace, startFace } from "../support/faces.ts";
import { until } from "../support/kernel.ts";
import { faultsOf, inGroups, type Payload, payloads } from "../support/payloads.ts";
import { createRandom, testScale } from "../support/random.ts";
import { type ScriptedServer, scriptedServer } from "../support/scriptedServer.ts";
import {
	cellFinished,
	cellStarted,
	promptAccepted,
	sessionState,
	turnFinished,
	turnStarted,
} from "../support/sessionUpdates.ts";

const random = createRandom(5);
/** So many payloads stand in one text, each in a line of its own. */
const groupSize = 24;
const rounds = Math.max(1, Math.round(testScale));

/** The text in pieces, cut anywhere: in the middle of a sequence, or of a character. */
const piecesOf = (text: string): string[] => {
	const pieces: string[] = [];
	for (let at = 0; at < text.length; ) {
		const size = text.length > 10_000 ? 4096 : 1 + random.int(9);
		pieces.push(text.slice(at, at + size));
		at += size;
	}
	return pieces;
};

/** Shows a text at a place; `id` is another with each call. */
type Tell = (server: ScriptedServer, text: string, id: string) => void;

const cellWith = (server: ScriptedServer, id: string, ...outputs: Output[]): void => {
	server.event(cellStarted(id, "show()", 2, "p2"));
	for (const output of outputs) server.event({ kind: "cellOutput", cellId: id, output });
	server.event(cellFinished(id, 2));
};
const turnWith = (server: ScriptedServer, id: string, ...events: SessionEvent[]): void => {
	server.event(promptAccepted(id, "ask", "p2"));
	server.event(turnStarted(id));
	for (const event of events) server.event(event);
	server.event(turnFinished(id));
};
const answer =
	(write: (text: string) => string): Tell =>
	(server, text, id) => {
		server.event(promptAccepted(id, "ask", "p2"));
		server.event(turnStarted(id));
		const answered = write(text);
		for (const delta of piecesOf(answered))
			server.hint({ kind: "textDelta", turnId: id, itemId: `${id} text`, delta });
		server.event({ kind: "text", turnId: id, itemId: `${id} text`, text: answered });
		server.event(turnFinished(id));
	};
const display =
	(mime: string): Tell =>
	(server, text, id) =>
		cellWith(server, id, { kind: "displayData", data: { [mime]: text }, metadata: {} });
const call = (id: string, name: string, args: Record<string, unknown>): SessionEvent => ({
	kind: "toolCall",
	turnId: id,
	callId: `${id} call`,
	name,
	args,
	executor: "server",
});
const result = (id: string, text: string, isError = false): SessionEvent => ({
	kind: "toolResult",
	turnId: id,
	callId: `${id} call`,
	content: [{ kind: "text", text }],
	isError,
});
const askApproval = (server: ScriptedServer, id: string, changes: object): void => {
	server.event(promptAccepted(id, "ask", "p2"));
	server.event(turnStarted(id));
	server.event({
		kind: "approvalAsked",
		approvalId: `${id} approval`,
		turnId: id,
		callId: `${id} call`,
		tool: "pyrun",
		args: { code: "1" },
		always: null,
		...changes,
	});
};
const endApproval = (
	server: ScriptedServer,
	id: string,
	outcome: "deny" | "unanswered" = "deny",
	message: string | null = null,
): void => {
	const approvalId = `${id} approval`;
	server.event({
		kind: "approvalAnswered",
		approvalId,
		outcome,
		by: outcome === "deny" ? "p2" : null,
		message,
	});
	server.event(turnFinished(id));
};
const approval = (server: ScriptedServer, id: string, changes: object): void => {
	askApproval(server, id, changes);
	endApproval(server, id);
};
const asLines = (text: string, each: (line: string) => string): string =>
	text.split("\n").map(each).join("\n");

/** Each payload in a line of its own. */
const asText = (group: readonly Payload[]): string => `\n${group.map(({ text }) => text).join("\n")}`;

/** Where a text of many lines is shown. */
const longTexts: Readonly<Record<string, Tell>> = {
	answer: answer((text) => text),
	"answer: paragraphs": answer((text) => text.replaceAll("\n", "\n\n")),
	"answer: one long line": answer((text) => `${"A".repeat(17_000)}${text}`),
	"answer: headings": answer((text) => asLines(text, (line) => `# ${line}\n`)),
	"answer: lists": answer((text) => asLines(text, (line) => `- ${line}\n  1. ${line}`)),
	"answer: tasks": answer((text) => asLines(text, (line) => `- [x] ${line}`)),
	"answer: a quotation": answer((text) => asLines(text, (line) => `> ${line}`)),
	"answer: a table": answer(
		(text) => `| a | b |\n| - | - |\n${asLines(text, (line) => `| ${line.replaceAll("|", "")} | x |`)}`,
	),
	"answer: a table's head": answer(
		(text) => `| ${text.replaceAll("\n", " ").replaceAll("|", "")} | b |\n| - | - |\n| a | b |`,
	),
	"answer: links": answer((text) => asLines(text, (line) => `[${line}](http://x.test/${line})\n`)),
	"answer: bare links": answer((text) => asLines(text, (line) => `http://x.test/${line}\n`)),
	"answer: links in angles": answer((text) => asLines(text, (line) => `<http://x.test/${line}>\n`)),
	"answer: titles of links": answer((text) => asLines(text, (line) => `[x](http://x.test "${line}")\n`)),
	"answer: links by reference": answer((text) =>
		asLines(text, (line) => `[${line}][r]\n\n[r]: http://x.test/${line} '${line}'\n`),
	),
	"answer: pictures": answer((text) => asLines(text, (line) => `![${line}](http://x.test/${line})\n`)),
	"answer: code": answer((text) => `\`\`\`python\n${text}\n\`\`\``),
	"answer: code of many languages": answer((text) =>
		asLines(text, (line) => `\`\`\`${line.replaceAll("`", "")}\n${line}\n\`\`\`\n`),
	),
	"answer: a fence's words": answer((text) =>
		asLines(text, (line) => `~~~ python title=${line}\nx = 1\n~~~\n`),
	),
	"answer: indented code": answer((text) => asLines(text, (line) => `    ${line}`)),
	"answer: code in a line": answer((text) => asLines(text, (line) => `\`\`${line}\`\`\n`)),
	"answer: emphasis": answer((text) => asLines(text, (line) => `**${line}** _${line}_ ~~${line}~~\n`)),
	"answer: HTML": answer((text) => asLines(text, (line) => `<b title="${line}">${line}</b>\n`)),
	"answer: mathematics": answer((text) => asLines(text, (line) => `\\(${line}\\)\n`)),
	"answer: nested": answer((text) => asLines(text, (line) => `> - > **\`${line}\`**`)),
	thinking: (server, text, id) => {
		server.event(promptAccepted(id, "ask", "p2"));
		server.event(turnStarted(id));
		for (const delta of piecesOf(text))
			server.hint({ kind: "thinkingDelta", turnId: id, itemId: `${id} t`, delta });
		server.event({ kind: "thinking", turnId: id, itemId: `${id} t`, text });
		server.event(turnFinished(id));
	},
	"a call's code": (server, text, id) =>
		turnWith(server, id, call(id, "pyrun", { code: text }), result(id, "done")),
	"a call's command": (server, text, id) =>
		turnWith(server, id, call(id, "bash", { command: text }), result(id, "done")),
	"a call's argument": (server, text, id) =>
		turnWith(server, id, call(id, "other", { path: text, [text]: 1 }), result(id, "done")),
	"a call's change": (server, text, id) =>
		turnWith(
			server,
			id,
			call(id, "edit", { path: "a", old_string: text, new_string: text }),
			result(id, "done"),
		),
	"a call's result": (server, text, id) =>
		turnWith(server, id, call(id, "pyrun", { code: "1" }), result(id, text)),
	"a call's failure": (server, text, id) =>
		turnWith(server, id, call(id, "other", {}), result(id, text, true)),
	"what a call prints": (server, text, id) => {
		server.event(promptAccepted(id, "ask", "p2"));
		server.event(turnStarted(id));
		server.event(call(id, "bash", { command: "make" }));
		for (const delta of piecesOf(text))
			server.hint({ kind: "toolOutput", turnId: id, callId: `${id} call`, delta });
		server.event(result(id, text));
		server.event(turnFinished(id));
	},
	"how an approval may be given": (server, text, id) => {
		askApproval(server, id, {});
		endApproval(server, id, "unanswered", text);
	},
	"a printed text": (server, text, id) => {
		server.event(cellStarted(id, "show()", 2, "p2"));
		for (const piece of piecesOf(text))
			server.event({
				kind: "cellOutput",
				cellId: id,
				output: { kind: "stream", name: "stdout", text: piece },
			});
		server.event(cellFinished(id, 2));
	},
	"an error's text": (server, text, id) => cellWith(server, id, { kind: "stream", name: "stderr", text }),
	"a traceback": (server, text, id) =>
		cellWith(server, id, { kind: "error", ename: text, evalue: text, traceback: text.split("\n") }),
	"an error without a traceback": (server, text, id) =>
		cellWith(server, id, { kind: "error", ename: text, evalue: text, traceback: [] }),
	"a value": (server, text, id) =>
		cellWith(server, id, {
			kind: "executeResult",
			executionCount: 2,
			data: { "text/plain": text },
			metadata: {},
		}),
	"a display: text": display("text/plain"),
	"a display: Markdown": display("text/markdown"),
	"a display: HTML": display("text/html"),
	"a display: LaTeX": display("text/latex"),
	"a display: JSON": display("application/json"),
	"a display: a picture that is none": display("image/png"),
	"a display: SVG": display("image/svg+xml"),
	"a display: a widget": display("application/vnd.jupyter.widget-view+json"),
	"a display that changes": (server, text, id) => {
		const shown = { data: { "text/plain": text }, metadata: {}, displayId: id };
		cellWith(server, id, { kind: "displayData", ...shown }, { kind: "updateDisplayData", ...shown });
	},
	"the end of a long output": (server, text, id) =>
		cellWith(server, id, { kind: "omitted", chars: 10, blobId: null, tail: [{ name: "stdout", text }] }),
	"late output": (server, text, id) =>
		server.event({
			kind: "lateOutput",
			cellId: id,
			kernelId: "k1",
			executionCount: 1,
			output: { kind: "stream", name: "stdout", text },
		}),
	"a cell of another's": (server, text, id) => {
		server.event(cellStarted(id, text, 2, "p2"));
		server.event(cellFinished(id, 2));
	},
	"a prompt of another's": (server, text, id) => {
		server.event(promptAccepted(id, text, "p2"));
		server.event(turnStarted(id, text.split("\n")));
		server.event({ kind: "steered", turnId: id, content: [{ kind: "text", text }] });
		server.event(turnFinished(id, { stopReason: "failed", error: text }));
	},
	"a notice": (server, text) => server.hint({ kind: "notice", level: "warning", text }),
};

/** Where a text stands on one line: one payload at a time, for names are cut. */
const names: Readonly<Record<string, Tell>> = {
	"a tool's name": (server, text, id) => turnWith(server, id, call(id, text, { a: 1 }), result(id, "done")),
	"an approval's tool": (server, text, id) => approval(server, id, { tool: text }),
	"a participant's name": (server, text, id) => {
		const participant = { participantId: id, name: text, role: "controller" } as const;
		server.event({ kind: "participantJoined", participant });
		server.event(cellStarted(`${id} cell`, "x", 2, id));
		server.event(cellFinished(`${id} cell`, 2));
		approval(server, `${id} turn`, {});
		server.event({ kind: "participantLeft", participantId: id, reason: "lost" });
	},
	"Python's banner": (server, text, id) =>
		server.event({
			kind: "kernelAttached",
			kernelId: id,
			nextExecutionCount: 1,
			historySession: 44,
			historyFile: text,
			banner: text,
			fresh: true,
		}),
	"how Python died": (server, text) =>
		server.event({ kind: "kernelDetached", kernelId: "k1", reason: "died", detail: text }),
	"why Python did not start": (server, text) =>
		server.event({ kind: "kernelDetached", kernelId: "k1", reason: "failed", detail: text }),
};

/** The sequences of our own: synchronized output, the cursor, rows, colours, links; and none with another number. */
const ours =
	/\x1b\[(?:\?(?:2026|25|7)[hl]|\d{0,3}[ABG]|[JKH]|(?:[0-79]|[1-4]\d|9\d|10[0-7]|[34]8[:;][25][:;\d]+)?(?:;(?:[0-479]|[1-4]\d|9\d|10[0-7]|[34]8;[25];[\d;]+))*m)|\x1b\]8;;|\x1b\\|\r/g;
/** What the payloads' own moves go by. */
const theirMove = /\x1b\[[\d;]*777/;

const expectClean = (written: string, sink: string): void => {
	expect(faultsOf(written.replace(ours, "")), sink).toEqual([]);
	expect(theirMove.exec(written)?.[0] ?? "", sink).toBe("");
};

/** Tells, and resolves with what the face has written of it once it shows what is told after that. */
const told = async (face: RunningFace, mark: string, tell: () => void): Promise<string> => {
	const from = face.written().length;
	tell();
	face.server.hint({ kind: "notice", level: "error", text: mark });
	await until(async () => face.written().includes(mark, from));
	return face.written().slice(from);
};

const faceNames = ["screen", "plain", "batch", "nvim"] as const satisfies readonly FaceName[];

/** Places that a face has not: it shows the text of a display, or names it. */
const unseen: Readonly<Record<FaceName, readonly string[]>> = {
	screen: [
		"answer: titles of links",
		"a display: HTML",
		"a display: JSON",
		"a display: a picture that is none",
		"a display: SVG",
		"a display: a widget",
	],
	plain: [
		"a display: HTML",
		"a display: LaTeX",
		"a display: JSON",
		"a display: a picture that is none",
		"a display: SVG",
		"a display: a widget",
	],
	batch: [
		"a display: HTML",
		"a display: LaTeX",
		"a display: JSON",
		"a display: a picture that is none",
		"a display: SVG",
		"a display: a widget",
		"a cell of another's",
		"a participant's name",
		"Python's banner",
	],
	nvim: ["a display: JSON", "a display: a picture that is none", "a display: SVG", "a display: a widget"],
};

const colours = { TERM: "xterm-256color", COLORTERM: "truecolor", PAGER: "cat" };
const grace: SessionEvent = {
	kind: "participantJoined",
	participant: { participantId: "p2", name: "Grace", role: "controller" },
};

test.each(faceNames)(
	"%s: nothing that happened acts, hides or reorders",
	{ timeout: 120_000 },
	async (name) => {
		const face = await startFace(name, colours);
		face.server.event(grace);
		// A batch ends with its own cell.
		if (name !== "batch") face.server.event(cellFinished("own", 1));
		let count = 0;
		const hidden: string[] = [];
		const tellAll = async (sink: string, tell: Tell, texts: readonly string[]): Promise<void> => {
			const written = await told(face, `So far: ${sink}.`, () => {
				for (const text of texts) tell(face.server, `Q${++count}Q${text}`, `id${count}`);
			});
			if (!/Q\d+Q/.test(written)) hidden.push(sink);
			expectClean(written, sink);
		};
		const groups = Array.from({ length: rounds }, () => inGroups(groupSize).map(asText)).flat();
		for (const [sink, tell] of Object.entries(longTexts)) await tellAll(sink, tell, groups);
		const single = payloads.map(({ text }) => ` ${text}`);
		for (const [sink, tell] of Object.entries(names)) await tellAll(sink, tell, single);
		console.info(`${count} texts of ${payloads.length} payloads, with IPYAI_TEST_SCALE at ${testScale}`);
		expect(hidden).toEqual(unseen[name]);
		face.close();
	},
);

const isShort = ({ text }: Payload): boolean => text.length < 100;
const long = payloads.filter((payload) => !isShort(payload)).map((payload) => [payload]);
const groupsOf = (size: number) => [...inGroups(size, payloads.filter(isShort)), ...long];
const groups = groupsOf(groupSize);
/** A menu shows no more. */
const menuRows = 7;

/** Where a text stands for the moment: it is waited for, and then taken away. */
type Moment = {
	readonly on: readonly FaceName[];
	/** What is shown together; what is short, and each that is not. */
	readonly atOnce?: readonly (readonly Payload[])[];
	show(face: RunningFace, text: string, id: string): void;
	end?(face: RunningFace, id: string): void;
};

const asked = (on: readonly FaceName[], changes: (text: string) => object): Moment => ({
	on,
	show: ({ server }, text, id) => askApproval(server, id, changes(text)),
	end: (face, id) => {
		endApproval(face.server, id);
		// Lines are asked for one after the other, and the one for this stands there still.
		face.type("\n");
	},
});
const running = (on: readonly FaceName[], tell: Tell): Moment => ({
	on,
	show: ({ server }, text, id) => {
		server.event(promptAccepted(id, "ask", "p2"));
		server.event(turnStarted(id));
		tell(server, text, id);
	},
	end: ({ server }, id) => server.event(turnFinished(id)),
});
const oneRow = (text: string): string => text.replaceAll("\n", " ");
const clearLine = "\x15";

/** What is typed, and what the server says to that. */
const typed = (method: string, keys: string, result: (text: string) => unknown): Moment => ({
	on: ["screen"],
	show: (face, text) => {
		face.server.answers(method, result(text));
		face.type(keys);
	},
	end: (face) => {
		face.server.answers(method, {});
		face.type(`\x1b[27u${clearLine}`);
	},
});
const matchesOf = (text: string) =>
	text.split("\n").map((each) => ({ text: `x${each}`, type: each, signature: each }));

/** Another than the one before at both ends: only what of a row has changed is written. */
const markOf = (count: number): string => {
	const letter = "GHJKLQRSTUVWXY"[count % 14];
	return `${letter}${count}${letter}`;
};

const everyFace = ["screen", "plain", "nvim"] as const;
const moments: Readonly<Record<string, Moment>> = {
	"an approval's code": asked(everyFace, (text) => ({ args: { code: text } })),
	"an approval's command": asked(everyFace, (text) => ({ tool: "bash", args: { command: text } })),
	"an approval's change": asked(everyFace, (text) => ({
		tool: "edit",
		args: { path: "a", old_string: text, new_string: text, [text]: text },
	})),
	"an approval's card": asked(everyFace, (text) => ({
		card: { title: oneRow(text), text, language: "diff", notes: [text] },
	})),
	"an approval's for ever": asked(everyFace, (text) => ({ always: oneRow(text) })),
	"an approval's tool": asked(everyFace, (text) => ({ tool: oneRow(text), args: { [text]: text } })),
	"a question of Python's": {
		on: everyFace,
		show: ({ server }, text, id) => server.ask({ inputId: id, cellId: "own", prompt: text, password: false }),
		end: (face) => face.type("\r"),
	},
	"an answer that grows": running(["screen", "nvim"], (server, text, id) =>
		server.hint({ kind: "textDelta", turnId: id, itemId: id, delta: text }),
	),
	"a call that prints": running(["screen", "nvim"], (server, text, id) => {
		server.event(call(id, "bash", { command: "make" }));
		server.hint({
			kind: "toolOutput",
			turnId: id,
			callId: `${id} call`,
			delta: `${text}\x1b[777B\n${text.slice(text.lastIndexOf("\n") + 1)}\n`,
		});
	}),
	"a call that runs": running(["screen", "nvim"], (server, text, id) =>
		server.event(call(id, oneRow(text), { [text]: text })),
	),
	"a prompt that waits": running(["nvim"], (server, text, id) => {
		server.event(promptAccepted(`${id} next`, text, "p2"));
		const content = [{ kind: "text" as const, text }];
		server.event({ kind: "promptEdited", turnId: `${id} next`, content, source: text });
	}),
	"the settings": {
		on: ["screen", "nvim"],
		show: ({ server }, text) =>
			server.event({
				kind: "settingsChanged",
				settings: {
					...sessionState().settings,
					backend: text,
					model: text,
					login: { kind: "login", name: text },
				},
			}),
		// A long one leaves no room for the rest of its row.
		end: ({ server }) => server.event({ kind: "settingsChanged", settings: sessionState().settings }),
	},
	"the session's title": {
		on: ["nvim"],
		show: ({ server }, text) => server.event({ kind: "sessionRenamed", title: text }),
	},
	"why the provider is asked again": running(["screen"], (server, text, id) =>
		server.hint({ kind: "retrying", turnId: id, attempt: 1, delayMs: 1000, reason: text }),
	),
	"what is waited for": running(["screen"], (server, text, id) =>
		server.hint({ kind: "progress", turnId: id, text, share: 0.5 }),
	),
	"what takes long": {
		on: ["screen"],
		show: ({ server }, text) => server.hint({ kind: "working", text, share: null }),
		end: ({ server }) => server.hint({ kind: "working", text: null, share: null }),
	},
	completions: {
		...typed("kernel/complete", "x\t", (text) => ({
			start: 0,
			end: 1,
			matches: matchesOf(text),
		})),
		atOnce: groupsOf(menuRows),
	},
	"no completions": typed("kernel/complete", "x\t", (text) => new Error(text)),
	documentation: typed("kernel/inspect", "x\x1b[Z", (text) => ({ found: true, text })),
	"no documentation": typed("kernel/inspect", "x\x1b[Z", (text) => new Error(text)),
	"no suggestion": typed("textDocument/inlineCompletion", "x\x1b.", (text) => new Error(text)),
	"what a command says": typed("command/run", "%ipyai status\r", (text) => ({
		text,
		failed: false,
		action: null,
	})),
	"what a command complains of": typed("command/run", "%ipyai status\r", (text) => ({
		text,
		failed: true,
		action: null,
	})),
	"the colours of code": {
		on: ["screen"],
		show: ({ server }, text) =>
			server.event({
				kind: "settingsChanged",
				settings: { ...sessionState().settings, codeTheme: text },
			}),
	},
	"why an entry is refused": typed("command/run", "%ipyai status\r", (text) => new Error(text)),
};

test.each(everyFace)("%s: nothing that stands for the moment does", { timeout: 120_000 }, async (name) => {
	// Of what stands in one row much is seen.
	const face = await startFace(name, { ...colours, COLUMNS: "400" });
	face.server.event(grace);
	let count = 0;
	for (const [sink, { on, show, end, atOnce = groups }] of Object.entries(moments)) {
		if (!on.includes(name)) continue;
		const from = face.written().length;
		for (const group of atOnce) {
			count++;
			// At both ends: of some only one is seen, and others go up and write over the first.
			const mark = markOf(count);
			show(face, `${mark}${asText(group)}\n${mark}`, `id${count}`);
			await until(() => face.written().includes(mark, from));
			end?.(face, `id${count}`);
		}
		expectClean(face.written().slice(from), sink);
	}
	face.close();
});

test("screen: nothing does that was entered before or is suggested", async () => {
	const server = scriptedServer();
	const found = groupsOf(12);
	const entries = found.map((group, at) => ({
		session: at,
		line: 1,
		source: `${markOf(at)}${asText(group)}`,
	}));
	server.answers("kernel/history", { entries });
	const face = await startFace("screen", { ...colours, COLUMNS: "400" }, server);
	await until(() => server.requests.some((request) => request.startsWith("kernel/history")));
	const from = face.written().length;
	face.type("\x12A");
	for (const at of found.keys()) {
		// The newest comes first.
		await until(() => face.written().includes(markOf(found.length - 1 - at), from));
		face.type("\x12");
	}
	expectClean(face.written().slice(from), "history");
	face.type(`\x07${clearLine}`);

	const start = { line: 0, character: 0 };
	for (const { text } of payloads) {
		const item = { insertText: `x${text}`, range: { start, end: { line: 0, character: 1 } } };
		server.answers("textDocument/inlineCompletion", { items: [item] });
		const before = server.requests.length;
		face.type("x\x1b.");
		await until(() => server.requests.length > before);
		face.type(clearLine);
	}
	expectClean(face.written().slice(from), "suggestions");
	face.close();
});
