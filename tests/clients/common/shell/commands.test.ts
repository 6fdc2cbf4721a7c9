import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { LiveSession } from "../../../../clients/common/session/liveSession.ts";
import { SessionView } from "../../../../clients/common/session/sessionView.ts";
import { createCommandRunner, parseCommand, runsAsCell } from "../../../../clients/common/shell/commands.ts";
import { sessionState } from "../../../support/sessionUpdates.ts";

test("a cell is a command when it is one line of %ipyai or %ipycodex", () => {
	expect(parseCommand("%ipyai")).toBe("");
	expect(parseCommand(" %ipyai model  gpt x \n")).toBe("model  gpt x");
	expect(parseCommand("%ipycodex help")).toBe("help");
	expect(parseCommand("%ipyai2 help")).toBe(null);
	expect(parseCommand("%%ipyai\nhi")).toBe(null);
	expect(parseCommand("%ipyai help\nx = 1")).toBe(null);
	expect(parseCommand("x = 1\n%ipyai help")).toBe(null);
});

test("a command is a cell while the kernel is free, and runs beside the cells otherwise", () => {
	const view = (status: "idle" | "busy" | "dead" | "starting" | null) => {
		const state = sessionState();
		const { kernel } = state;
		return new SessionView("p1", { ...state, kernel: status && kernel && { ...kernel, status } }, 0);
	};
	expect(runsAsCell(view("idle"), "think h")).toBe(true);
	for (const status of ["busy", "dead", "starting", null] as const)
		expect(runsAsCell(view(status), "think h")).toBe(false);
	expect(runsAsCell(null, "think h")).toBe(false);
	for (const words of ["load work.ipynb", "rerun 3", "restart", "resume", "detach"])
		expect(runsAsCell(view("idle"), words)).toBe(false);
});

test("commands that are typed ahead run one after the other; those that only look do not wait", async () => {
	const asked: string[] = [];
	const answers = new Map<string, () => void>();
	const live = {
		view: { sessionId: "s" },
		request: (_method: string, { line }: { line: string }) => {
			asked.push(line);
			return new Promise((resolve) =>
				answers.set(line, () => resolve({ text: line, failed: false, action: null })),
			);
		},
	} as unknown as LiveSession;
	const run = createCommandRunner(live);
	const [load, rename] = [run("load a"), run("rename b")];
	await setImmediate();
	void run("usage");
	expect(asked).toEqual(["load a", "usage"]);
	answers.get("load a")!();
	await load;
	await setImmediate();
	expect(asked).toEqual(["load a", "usage", "rename b"]);
	answers.get("rename b")!();
	expect((await rename).text).toBe("rename b");
});
