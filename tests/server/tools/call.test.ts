import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PermissionMode, SessionEvent, SessionHint } from "../../../protocol/index.ts";
import type { ToolCall } from "../../../server/context/transcript.ts";
import { Approvals } from "../../../server/tools/approvals.ts";
import { Door } from "../../../server/tools/call.ts";
import { Grants } from "../../../server/tools/grants.ts";
import { placeOf } from "../../../server/tools/places.ts";
import { parseRules, type Rule } from "../../../server/tools/rules.ts";
import type { Tool } from "../../../server/tools/tool.ts";

let folder: string;
beforeAll(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-door-")));
	mkdirSync(join(folder, "p/.git"), { recursive: true });
	writeFileSync(join(folder, "p/a.py"), "");
	writeFileSync(join(folder, "p/.env"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const door = (
	mode: PermissionMode,
	answer: "allow" | "allowAlways" | "deny" | null,
	tools: Tool[] = [],
	rules: readonly Rule[] = [],
) => {
	const events: SessionEvent[] = [];
	const grants = new Grants();
	const approvals: Approvals = new Approvals({
		log: {
			add: (event) => {
				events.push(event);
				if (event.kind === "approvalAsked" && answer !== null)
					queueMicrotask(() => approvals.answer(event.approvalId, answer, null, "me"));
			},
			settle: (more) => void events.push(...more),
			hint: () => {},
		},
		canAsk: () => answer !== null,
		newId: () => `a${events.length}`,
	});
	const hints: SessionHint[] = [];
	const log = { add: () => {}, settle: () => {}, hint: (hint: SessionHint) => hints.push(hint) };
	const place = () => placeOf(join(folder, "p"), join(folder, "p"), { HOME: folder });
	const opened = new Door({
		log,
		approvals,
		grants,
		mode: () => mode,
		place,
		tools: () => tools,
		rules: () => rules,
		redact: (text) => text.replaceAll("hunter2", "[redacted]"),
	});
	return { door: opened, events, hints, grants };
};

const call = (name: string, args: ToolCall["args"] = {}): ToolCall => ({
	kind: "toolCall",
	callId: "c",
	name,
	args,
	executor: "server",
});
const { signal } = new AbortController();

/** What becomes of a provider's own call where everybody says no: `runs`, `asks` or `refuses`. */
const fate = async (mode: PermissionMode, name: string, args: ToolCall["args"]): Promise<string> => {
	const { door: opened, events } = door(mode, "deny");
	const refusal = await opened.permit("t", call(name, args), signal);
	if (refusal === null) return "runs";
	return events.some(({ kind }) => kind === "approvalAsked") ? "asks" : "refuses";
};

const modes = ["ask", "auto", "plan", "yolo"] as const;
test.each([
	["Read", { file_path: "a.py" }, "asks runs runs runs"],
	["Read", { file_path: ".env" }, "asks asks refuses runs"],
	["Read", { file_path: "../notes" }, "asks asks refuses runs"],
	["Read", {}, "asks asks refuses runs"],
	["Grep", { pattern: "x", path: "a.py" }, "asks runs runs runs"],
	["Grep", { pattern: "x" }, "asks asks refuses runs"],
	["Glob", { pattern: "**/*.py" }, "asks runs runs runs"],
	["Glob", { pattern: "../../*" }, "asks asks refuses runs"],
	["Edit", { file_path: "a.py" }, "asks asks refuses runs"],
	["Edit", { file_path: ".git/hooks/post-commit" }, "asks asks refuses asks"],
	["Write", { file_path: "../.bashrc" }, "asks asks refuses asks"],
	["apply_patch", { changes: [{ path: "a.py" }] }, "asks asks refuses runs"],
	["apply_patch", { changes: [{ path: "a.py" }, { path: ".envrc" }] }, "asks asks refuses asks"],
	["Bash", { command: "ls" }, "asks asks refuses runs"],
	["Bash", { command: "rm -rf .git" }, "asks asks refuses asks"],
	["exec_command", { cmd: "echo x >> ~/.bashrc" }, "asks asks refuses asks"],
	["exec_command", { cmd: "ls" }, "asks asks refuses runs"],
	["WebFetch", { url: "https://x" }, "asks asks refuses runs"],
	["something_new", {}, "asks asks refuses runs"],
	["constructor", {}, "asks asks refuses runs"],
])("a provider's %s(%j), in ask, auto, plan, yolo: %s", async (name, args, expected) => {
	const fates: string[] = [];
	for (const mode of modes) fates.push(await fate(mode, name, args));
	expect(fates.join(" ")).toBe(expected);
});

const greet = (key: string | null, says = "hello"): Tool => ({
	name: "greet",
	description: "",
	inputSchema: {},
	effect: "changesNamespace",
	prepare: async () => ({
		check: "open",
		grant: key === null ? null : { key, text: `greet ${key}` },
		run: async () => ({ content: [{ kind: "text", text: says }], isError: false }),
	}),
});

test("a model is told what a terminal would be left with", async () => {
	const told = async (says: string) =>
		(await door("yolo", "allow", [greet(null, says)]).door.call("t", call("greet"), signal)).content;
	expect(await told("\x1b[31mred\x1b[0m\r\n10%\r100%\n\x1b]0;title\x07")).toEqual([
		{ kind: "text", text: "red\n100%\n" },
	]);
});

test("secrets are taken out of what any tool tells a model, and of what is shown", async () => {
	const tool: Tool = {
		...greet(null),
		prepare: async () => ({
			check: "open",
			grant: null,
			run: async ({ onOutput }) => {
				onOutput("it is hunter2\n");
				return { content: [{ kind: "text", text: "hunter2 it is" }], isError: false };
			},
		}),
	};
	const { door: opened, hints } = door("yolo", "allow", [tool]);
	const { content } = await opened.call("t", call("greet"), signal);
	expect(content).toEqual([{ kind: "text", text: "[redacted] it is" }]);
	expect(hints).toMatchObject([{ kind: "toolOutput", delta: "it is [redacted]\n" }]);
});

test("always holds for what was shown, and for nothing else", async () => {
	let key = "one";
	const tool: Tool = { ...greet(null), prepare: (args, abort) => greet(key).prepare(args, abort) };
	const { door: opened, events, grants } = door("ask", "allowAlways", [tool]);
	const asked = () => events.filter(({ kind }) => kind === "approvalAsked").length;
	await opened.call("t", call("greet"), signal);
	await opened.call("t", call("greet"), signal);
	expect(asked()).toBe(1);
	key = "two";
	await opened.call("t", call("greet"), signal);
	expect(asked()).toBe(2);
	expect(grants.all.map(({ text }) => text)).toEqual(["greet one", "greet two"]);
	expect(grants.takeBack(0)).toMatchObject({ key: "one" });
	key = "one";
	await opened.call("t", call("greet"), signal);
	expect(asked()).toBe(3);
});

test("always is no answer where it is not offered", async () => {
	const { door: opened, events } = door("ask", "allowAlways", [greet(null)]);
	const abort = new AbortController();
	const pending = opened.call("t", call("greet"), abort.signal);
	await Promise.resolve();
	setTimeout(() => abort.abort());
	expect((await pending).isError).toBe(true);
	expect(events.at(-1)).toMatchObject({ kind: "approvalAnswered", outcome: "cancelled" });
});

test("with nobody there the refusal says how to allow it, and never by the mode that is on", async () => {
	const said: string[] = [];
	for (const mode of ["ask", "auto"] as const) {
		const { door: opened, events } = door(mode, null, [greet("x")]);
		const { content } = await opened.call("t", call("greet"), signal);
		const last = events.at(-1) as Extract<SessionEvent, { kind: "approvalAnswered" }>;
		expect(last).toMatchObject({ outcome: "unanswered", message: expect.any(String) });
		expect(JSON.stringify(content)).toContain(last.message);
		said.push(last.message!);
	}
	expect(said[0]).toContain("--permissions auto");
	expect(said[1]).not.toContain("auto");
	expect(said[1]).toContain("--permissions yolo");
});

test("a tool that is not there, and one that throws, are told to the model", async () => {
	const broken: Tool = { ...greet("x"), prepare: () => Promise.reject(new Error("no disk")) };
	const { door: opened } = door("yolo", null, [broken]);
	expect(await opened.call("t", call("nope"), signal)).toEqual({
		callId: "c",
		isError: true,
		content: [{ kind: "text", text: "There is no tool nope. There are: greet." }],
	});
	expect(await opened.call("t", call("greet"), signal)).toMatchObject({
		content: [{ text: "greet could not be run: no disk" }],
	});
});

test("a provider's command is shown with its parts, and the person's rules hold for it", async () => {
	const rules = parseRules({ deny: ["bash(curl)"], allow: ["Bash(npm test)"] }, "person");
	const refused = door("yolo", "allow", [], rules);
	expect(await refused.door.permit("t", call("Bash", { command: "ls; curl x" }), signal)).toContain(
		"rules forbid",
	);
	expect(refused.events).toEqual([]);
	const allowed = door("ask", "deny", [], rules);
	expect(await allowed.door.permit("t", call("Bash", { command: "npm test" }), signal)).toBeNull();
	const asked = door("ask", "allow", [], rules);
	await asked.door.permit("t", call("Bash", { command: "npm run x", timeout: 5 }), signal);
	expect(asked.events[0]).toMatchObject({
		card: {
			title: "Bash(timeout=5)",
			text: "npm run x",
			notes: ["npm run x: it is not among the programs that are known to do no harm"],
		},
	});
});

test("what a provider's own tools change is seen too: edits by name, commands by the files' times", async () => {
	const { door: opened } = door("yolo", null);
	const [edited, patched, ran] = ["edited.py", "patched.py", "ran.txt"].map((name) =>
		join(folder, "p", name),
	);
	writeFileSync(edited!, "one\n");
	writeFileSync(patched!, "two\n");
	expect(await opened.permit("t9", call("Edit", { file_path: edited }), signal)).toBeNull();
	writeFileSync(edited!, "1\n");
	const change = { path: patched, kind: "update" };
	expect(await opened.permit("t9", call("apply_patch", { changes: [change] }), signal)).toBeNull();
	writeFileSync(patched!, "2\n");
	expect(await opened.permit("t9", call("Bash", { command: "make" }), signal)).toBeNull();
	writeFileSync(ran!, "");
	expect((await opened.changes("t9"))!.files.map(({ path, change: how }) => `${path} ${how}`)).toEqual([
		"edited.py changed",
		"patched.py changed",
		"ran.txt written",
	]);
	// A call that was not let through is no change.
	const refusing = door("ask", "deny").door;
	await refusing.permit("t9", call("Edit", { file_path: edited }), signal);
	writeFileSync(edited!, "3\n");
	expect(await refusing.changes("t9")).toBeNull();
	opened.forget("t9");
	expect(await opened.changes("t9")).toBeNull();
});
