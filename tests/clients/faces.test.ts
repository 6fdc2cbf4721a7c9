/** What each client does with what a session's life means: every face × every action × whose it is. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { CellPayload, SessionEvent } from "../../protocol/index.ts";
import { type FaceName, type RunningFace, startFace } from "../support/faces.ts";
import { until } from "../support/kernel.ts";
import { cellFinished, cellStarted, promptAccepted, turnStarted } from "../support/sessionUpdates.ts";

const faceNames = ["screen", "plain", "batch", "nvim"] as const satisfies readonly FaceName[];
type Expected = Readonly<Record<FaceName, RegExp | "nothing">>;

const folder = mkdtempSync(join(tmpdir(), "ipyai-faces-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** `%edit` of this file puts `edited()` into it. */
const edited = join(folder, "edited.py");
const editor = join(folder, "editor.sh");
writeFileSync(editor, `#!/bin/sh\necho "edited()" > "$1"\n`, { mode: 0o755 });

/** All that can be observed of a face: what it shows, what it asks, how it ended. */
const observe = async ({ seen, server, ends }: RunningFace): Promise<string> => {
	const left = ends.code === null ? "" : `\nleft with ${ends.code}`;
	const over = ends.goesOverTo === null ? "" : `\ngoes over to ${ends.goesOverTo}`;
	const all = `${await seen()}\n${server.requests.join("\n")}${left}${over}`;
	return all.replace(/"(requestId|took)":("[^"]*"|[\d.e-]+)/g, "");
};

/** Resolves when it has come as far as an error that is told after all else. */
const marked = async (face: RunningFace): Promise<string> => {
	face.server.hint({ kind: "notice", level: "error", text: "so far" });
	await until(async () => (await face.seen()).includes("so far") || face.ends.code !== null);
	return observe(face);
};

const cellOf = {
	mine: { cellId: "own", by: "p1" },
	"another's": { cellId: "other", by: "p2" },
	"nobody's": { cellId: "other", by: null },
} as const;

/** A face in which a cell has ended with these payloads; `own` is under way already. */
const withPayloads = async (
	name: FaceName,
	whose: keyof typeof cellOf,
	payloads: readonly CellPayload[],
): Promise<RunningFace> => {
	const face = await startFace(name, { EDITOR: editor, PAGER: "cat" });
	const { cellId, by } = cellOf[whose];
	if (whose !== "mine") face.server.event({ ...cellStarted(cellId, "theirs()", 2), by });
	face.server.event({ ...cellFinished(cellId, 1), payloads: [...payloads] });
	return face;
};

const payloads: Readonly<Record<string, { readonly payload: CellPayload; readonly mine: Expected }>> = {
	"a page": {
		payload: { kind: "page", text: "THE PAGE" },
		mine: {
			screen: /^THE PAGE$/m,
			plain: /^THE PAGE$/m,
			batch: /^THE PAGE$/m,
			nvim: /"kind":"page".*THE PAGE/,
		},
	},
	"the next input": {
		payload: { kind: "setNextInput", text: "next()", replace: false },
		mine: {
			screen: /^In \[2\]: next\(\)$/m,
			plain: /In \[2\]: next\(\)$/m,
			batch: /next input\s+next\(\)\s+needs a terminal/,
			nvim: /"kind":"nextInput","text":"next\(\)"/,
		},
	},
	"a file to edit": {
		payload: { kind: "editMagic", filename: edited, lineNumber: 0 },
		mine: {
			screen: /cell\/execute .*edited\(\)/,
			plain: /cell\/execute .*edited\(\)/,
			batch: /%edit needs a terminal/,
			nvim: /"kind":"edit","path":".*edited\.py"/,
		},
	},
	"an exit": {
		payload: { kind: "askExit", keepKernel: false },
		mine: {
			screen: /session\/close[\s\S]*left with 0/,
			plain: /session\/close[\s\S]*left with 0/,
			batch: /session\/close[\s\S]*left with 0/,
			nvim: /"kind":"exit","keep":false/,
		},
	},
	"an exit that keeps the kernel": {
		payload: { kind: "askExit", keepKernel: true },
		mine: {
			screen: /session\/detach[\s\S]*left with 0/,
			plain: /session\/detach[\s\S]*left with 0/,
			batch: /session\/detach[\s\S]*left with 0/,
			nvim: /"kind":"exit","keep":true/,
		},
	},
	"%ipyai detach": {
		payload: { kind: "command", action: { kind: "detach" } },
		mine: {
			screen: /session\/detach[\s\S]*left with 0/,
			plain: /session\/detach[\s\S]*left with 0/,
			batch: /session\/detach[\s\S]*left with 0/,
			nvim: /"kind":"exit","keep":true/,
		},
	},
	"%ipyai restart": {
		payload: { kind: "command", action: { kind: "restart" } },
		mine: {
			screen: /kernel\/end[\s\S]*kernel\/adopt/,
			plain: /kernel\/end[\s\S]*kernel\/adopt/,
			batch: /kernel\/end/,
			nvim: /kernel\/end[\s\S]*kernel\/adopt/,
		},
	},
	"%ipyai resume": {
		payload: { kind: "command", action: { kind: "resume", session: "12" } },
		mine: {
			screen: /left with 0\ngoes over to 12/,
			plain: /left with 0\ngoes over to 12/,
			batch: /%ipyai resume needs a terminal/,
			nvim: /"kind":"goOver","session":"12"/,
		},
	},
};

describe.each(faceNames)("%s", (name) => {
	test.each(Object.entries(payloads))(
		"does what a cell of mine leaves to it: %s",
		async (_, { payload, mine }) => {
			const face = await withPayloads(name, "mine", [payload]);
			await until(async () => (mine[name] as RegExp).test(await observe(face)));
			face.close();
		},
	);

	test.each(Object.entries(payloads))(
		"does nothing for what others' cells leave: %s",
		async (_, { payload }) => {
			for (const whose of ["another's", "nobody's"] as const) {
				const face = await withPayloads(name, whose, [payload]);
				const without = await withPayloads(name, whose, []);
				expect(await marked(face)).toBe(await marked(without));
				face.close();
				without.close();
			}
		},
	);
});

const grace: SessionEvent = {
	kind: "participantJoined",
	participant: { participantId: "p2", name: "Grace", role: "controller" },
};
const asked: SessionEvent = {
	kind: "approvalAsked",
	approvalId: "a1",
	turnId: "t1",
	callId: "x",
	tool: "pyrun",
	args: { code: "risky()" },
	always: null,
};
const answered = { kind: "approvalAnswered", approvalId: "a1", message: null } as const;

/** What happens in the session, and what each face makes of it; an own cell is under way. */
const events: Readonly<
	Record<string, { readonly tell: (face: RunningFace) => void; readonly shows: Expected }>
> = {
	"a cell of another's": {
		tell: ({ server }) => {
			server.event(grace);
			server.event(cellFinished("own", 1));
			server.event(cellStarted("other", "theirs()", 2, "p2"));
		},
		shows: {
			screen: /^Grace:\nIn \[2\]: theirs\(\)$/m,
			plain: /^Grace:\nIn \[2\]: theirs\(\)$/m,
			// Its own cell has ended.
			batch: /left with 0/,
			nvim: /"by":"Grace","mine":false.*theirs\(\)/,
		},
	},
	"a prompt of another's": {
		tell: ({ server }) => {
			server.event(promptAccepted("t1", "their question", "p2"));
			server.event(turnStarted("t1", ["a warning"]));
		},
		shows: {
			screen: /^In \[2\]: \.their question\na warning$/m,
			plain: /^In \[\*\]: \.their question\na warning$/m,
			batch: /^a warning$/m,
			nvim: /their question[\s\S]*a warning/,
		},
	},
	"output of a cell that has ended": {
		tell: ({ server }) => {
			server.event(cellFinished("own", 1));
			const output = { kind: "stream", name: "stdout", text: "LATE\n" } as const;
			server.event({ kind: "lateOutput", cellId: "own", kernelId: "k1", executionCount: 1, output });
		},
		shows: {
			screen: /^· In \[1\] goes on ·\nLATE$/m,
			plain: /^· In \[1\] goes on ·\nLATE$/m,
			batch: /^LATE$/m,
			nvim: /LATE/,
		},
	},
	"what Python says as it starts": {
		tell: ({ server }) => {
			const output = { kind: "stream", name: "stdout", text: "HELLO\n" } as const;
			server.event({ kind: "lateOutput", cellId: "start", kernelId: "k1", executionCount: null, output });
		},
		shows: {
			screen: /^· Python goes on ·\nHELLO$/m,
			plain: /^· Python goes on ·\nHELLO$/m,
			batch: /^HELLO$/m,
			nvim: /"by":"Python".*HELLO/,
		},
	},
	"an approval that is asked": {
		tell: ({ server }) => server.event(asked),
		shows: {
			screen: /pyrun wants to run:[\s\S]*risky\(\)[\s\S]*\[y\]es/,
			plain: /pyrun wants to run:[\s\S]*risky\(\)[\s\S]*\[y\]es/,
			batch: "nothing",
			nvim: /"kind":"approval".*risky\(\)/,
		},
	},
	"an approval that another answers": {
		tell: ({ server }) => {
			server.event(grace);
			server.event(asked);
			server.event({ ...answered, outcome: "deny", by: "p2", message: "too risky" });
		},
		shows: {
			screen: /pyrun denied by Grace$/m,
			plain: /pyrun denied by Grace$/m,
			batch: /pyrun denied by Grace$/m,
			nvim: /"kind":"approvalEnded".*pyrun denied by Grace"/,
		},
	},
	"an approval that nobody can answer": {
		tell: ({ server }) => {
			server.event(asked);
			server.event({ ...answered, outcome: "unanswered", by: null, message: "Allow it so." });
		},
		shows: {
			screen: /Nobody could allow pyrun here\. Allow it so\./,
			plain: /Nobody could allow pyrun here\. Allow it so\./,
			batch: /Nobody could allow pyrun here\. Allow it so\./,
			nvim: /"kind":"approvalEnded".*Nobody could allow pyrun here\. Allow it so\./,
		},
	},
	"a question of Python's": {
		tell: ({ server }) =>
			server.ask({ inputId: "i1", cellId: "own", prompt: "Your name? ", password: false }),
		shows: {
			screen: /^Your name\? ?$/m,
			plain: /^Your name\? $/m,
			// Nobody is there: it ends as at the end of a file.
			batch: /input\/answer .*"inputId":"i1","value":"\\u0004"/,
			nvim: /"kind":"input","inputId":"i1","prompt":"Your name\? "/,
		},
	},
	"the end of the cell that asked": {
		tell: ({ server }) => {
			server.ask({ inputId: "i1", cellId: "own", prompt: "Your name? ", password: false });
			server.event({ ...cellFinished("own", 1), status: "interrupted" });
		},
		shows: {
			screen: /^In \[2\]: ?$/m,
			plain: /In \[2\]: $/m,
			batch: /left with 1/,
			nvim: /"kind":"inputEnded","inputId":"i1"/,
		},
	},
	"the kernel's death": {
		tell: ({ server }) =>
			server.event({ kind: "kernelDetached", kernelId: "k1", reason: "died", detail: "signal 9" }),
		shows: {
			screen: /The kernel died \(signal 9\)\. [\s\S]*Ctrl-R or %ipyai restart/,
			plain: /The kernel died \(signal 9\)\. .*: %ipyai restart/,
			batch: /The kernel died \(signal 9\)\. .*: %ipyai restart/,
			nvim: /"level":"error","text":"The kernel died \(signal 9\)\. .*: :IpyaiRestart/,
		},
	},
	"a new kernel": {
		tell: ({ server }) => {
			const place = { kernelId: "k2", nextExecutionCount: 1, historySession: 44, historyFile: null };
			server.event({ kind: "kernelAttached", ...place, banner: "Python 3.99", fresh: true });
		},
		shows: {
			screen: /New kernel: Python 3\.99\. [\s\S]*Alt-r or %ipyai rerun/,
			plain: /New kernel: Python 3\.99\. .*%ipyai rerun/,
			batch: "nothing",
			nvim: /New kernel: Python 3\.99\. .*:Ipyai rerun/,
		},
	},
	"a cell that was not run": {
		tell: ({ server }) => server.event({ ...cellFinished("own", 1), status: "aborted" }),
		shows: {
			screen: /Not run, because an earlier cell failed/,
			plain: /Not run, because an earlier cell failed/,
			batch: /Not run, because an earlier cell failed/,
			nvim: /"status":"aborted"/,
		},
	},
	"a notice that speaks of commands": {
		tell: ({ server }) =>
			server.hint({ kind: "notice", level: "warning", text: "The kernel died of %ipyai laughter." }),
		shows: {
			screen: /^The kernel died of %ipyai laughter\.$/m,
			plain: /^The kernel died of %ipyai laughter\.$/m,
			batch: /^The kernel died of %ipyai laughter\.$/m,
			nvim: /"text":"The kernel died of :Ipyai laughter\."/,
		},
	},
	"a new conversation": {
		tell: ({ server }) => server.event({ kind: "conversationReset" }),
		shows: {
			screen: /The conversation begins anew/,
			plain: /The conversation begins anew/,
			batch: "nothing",
			nvim: /The conversation begins anew/,
		},
	},
	"a server that is lost and found": {
		tell: ({ server }) => server.lose(),
		shows: {
			screen: /The server was lost[\s\S]*The server is back/,
			plain: /The server was lost[\s\S]*The server is back/,
			batch: /The server was lost/,
			nvim: /The server was lost[\s\S]*The server is back/,
		},
	},
	"an approval that was answered while the server was away": {
		tell: ({ server }) => {
			server.event(asked);
			server.lose();
		},
		shows: {
			screen: /^(?![\s\S]*\[y\]es)[\s\S]*The server is back/,
			plain: /The server is back/,
			batch: /The server was lost/,
			nvim: /"kind":"approvalEnded","approvalId":"a1"/,
		},
	},
	"a question that is told again": {
		tell: ({ server }) => {
			const question = { inputId: "i1", cellId: "own", prompt: "Your name? ", password: false };
			server.ask(question);
			server.ask(question);
		},
		shows: {
			screen: /^(?![\s\S]*name[\s\S]*name)[\s\S]*Your name\?/,
			plain: /^(?![\s\S]*name[\s\S]*name)[\s\S]*Your name\?/,
			// It answers at once: what is told then is asked anew.
			batch: /input\/answer/,
			nvim: /^(?![\s\S]*"kind":"input"[\s\S]*"kind":"input")[\s\S]*"kind":"input"/,
		},
	},
	"a waiting prompt that is edited": {
		tell: ({ server }) => {
			server.event(promptAccepted("t1", "first"));
			server.event(turnStarted("t1"));
			server.event(promptAccepted("t2", "old words"));
			const content = [{ kind: "text" as const, text: "new words" }];
			server.event({ kind: "promptEdited", turnId: "t2", content, source: ".new words" });
		},
		shows: {
			screen: /^ {2}waits: \.new words$/m,
			plain: "nothing",
			batch: "nothing",
			nvim: /> new words/,
		},
	},
};

describe.each(faceNames)("%s", (name) => {
	test.each(Object.entries(events))("shows %s", async (_, { tell, shows }) => {
		const face = await startFace(name);
		const expected = shows[name];
		tell(face);
		if (expected === "nothing") {
			const without = await startFace(name);
			expect(await marked(face)).toBe(await marked(without));
			without.close();
		} else await until(async () => expected.test(await observe(face)));
		face.close();
	});
});
