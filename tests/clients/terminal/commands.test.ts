import { expect, test } from "vitest";
import { SessionView } from "../../../clients/common/sessionView.ts";
import { parseCommand, runsAsCell } from "../../../clients/terminal/commands.ts";
import { sessionState } from "../../support/sessionUpdates.ts";

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
