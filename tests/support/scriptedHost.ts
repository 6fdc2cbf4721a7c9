/**
 * A host without Python: cells of `print TEXT`, `big CHARS` and `raise` do what they say, one a line, at once. For
 * tests that need hundreds of sessions, where the kernel is not what is tested.
 */
import type { Output } from "../../protocol/index.ts";
import type { Host } from "../../server/sessions/python/host.ts";
import type { CreateHost } from "../../server/sessions/python/hosting.ts";

export const scriptedHost: CreateHost = (_launch, kernelId, listener): Host => {
	let count = 0;
	let ended = false;
	// As over a socket: what happens is told in later turns of the loop.
	const later = () => new Promise<void>((resolve) => setImmediate(resolve));
	const facts = {
		nextExecutionCount: 1,
		historySession: 7,
		historyFile: "/none/history.sqlite",
		banner: "Scripted",
		cwd: "/",
	};
	return {
		kernelId,
		capabilities: { complete: false, subshell: false },
		get status() {
			return ended ? "dead" : "idle";
		},
		ready: later().then(() => facts),
		caughtUp: Promise.resolve(),
		heard: 0,
		stored: () => {},
		setDetached: () => {},
		execute: async ({ code, onOutput }) => {
			await later();
			if (ended) return { status: "lost", executionCount: null, payloads: [] };
			const executionCount = ++count;
			listener.onStatus("busy", null);
			let status: "ok" | "error" = "ok";
			for (const line of code.split("\n")) {
				const output = toOutput(line);
				if (output) onOutput(output);
				if (output?.kind === "error") status = "error";
				await later();
			}
			listener.onStatus("idle", null);
			return { status, executionCount, payloads: [] };
		},
		answerInput: () => {},
		interrupt: async () => {},
		complete: async (_code, cursor) => ({ start: cursor, end: cursor, matches: [] }),
		completeLive: async (_code, cursor) => ({ start: cursor, end: cursor, matches: [] }),
		completeInput: async (_code, cursor) => ({ start: cursor, end: cursor, matches: [] }),
		inspect: async () => null,
		isComplete: async () => ({ status: "complete", indent: "" }),
		history: async () => [],
		variables: async () => [],
		describe: async () => [],
		findMissing: async (accesses) => accesses.map(() => null),
		members: async (_base, names) => names.map(() => null),
		labels: async () => null,
		call: async () => null,
		noteValues: async (sources) => sources.map(() => null),
		lastError: async () => null,
		resolveRefs: async () => [],
		python: {
			cwd: async () => null,
			look: async ({ what }) => ({ text: `looked at ${what}` }),
			shown: async () => ({ doubt: "nothing is known" }),
			compute: async () => ({ content: [], isError: true }),
			runPython: async (code) => {
				await later();
				return { content: [{ kind: "text", text: `ran ${code}` }], isError: false };
			},
			runScript: async () => ({ content: [], isError: false }),
			describeFunction: async () => ({ reason: "is not defined" }),
			functionNames: async () => [],
			callFunction: async () => ({ content: [], isError: true }),
		},
		numberPrompt: async () => {
			await later();
			return ++count;
		},
		mirrorPrompt: () => {},
		mirrorRemark: () => {},
		continueHistorySession: async (_session, next) => {
			count = next - 1;
		},
		resize: () => {},
		forgetPrompts: () => {},
		dispose: async () => {
			ended = true;
		},
	};
};

const toOutput = (line: string): Output | null => {
	const [, word, rest = ""] = /^(print|big|raise) ?(.*)$/.exec(line) ?? [];
	switch (word) {
		case "print":
			return { kind: "stream", name: "stdout", text: `${rest}\n` };
		case "big":
			return { kind: "stream", name: "stdout", text: "x".repeat(Number(rest)) };
		case "raise":
			return { kind: "error", ename: "Oops", evalue: rest, traceback: [`Oops: ${rest}`] };
		default:
			return null;
	}
};
