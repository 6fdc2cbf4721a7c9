import { afterEach, beforeEach, expect, test } from "vitest";
import type { HostCommand, HostCommandAnswer } from "../../../server/sessions/python/host.ts";
import {
	cellRequest,
	noSignal,
	type RunningKernel,
	startTestKernel,
	textOf,
	until,
} from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeEach(async () => {
	kernel = await startTestKernel();
});
afterEach(() => kernel.dispose());

const plain = (text: string): HostCommandAnswer => ({ text, failed: false, action: null });

/** Runs a cell; every `%ipyai` in it is answered by `answer`. */
const run = async (
	code: string,
	answer: (command: HostCommand) => HostCommandAnswer | Promise<HostCommandAnswer> = ({ line, body }) =>
		plain(body === null ? `<${line}>` : `<${line}|${body}>`),
) => {
	const outputs: Parameters<typeof textOf>[0][number][] = [];
	const result = await kernel.host.execute(
		cellRequest(code, {
			onOutput: (output) => outputs.push(output),
			onCommand: async (command) => answer(command),
		}),
	);
	return { ...result, text: textOf(outputs) };
};

test("the magic works anywhere in a cell, under both names, with variables of the user", async () => {
	const code = `x = 3
%ipyai model m$x
for i in range(2):
    %ipyai step {i}
get_ipython().run_line_magic("ipycodex", "think h")
print("after")`;
	expect((await run(code)).text).toBe("<model m3>\n<step 0>\n<step 1>\n<think h>\nafter\n");
});

test("a cell magic hands over its body as it is", async () => {
	expect((await run("%%ipyai\nwhat is $x?\n  {y}\n")).text).toBe("<|what is $x?\n  {y}\n>\n");
	expect((await run("%%ipycodex\nhi")).text).toBe("<|hi\n>\n");
});

test("a failed command is an error without a traceback", async () => {
	const { status, text } = await run("%ipyai nope\nprint('not reached')", () => ({
		text: "Unknown command: nope.",
		failed: true,
		action: null,
	}));
	expect(status).toBe("error");
	expect(text).toContain("Unknown command: nope.");
	expect(text).not.toMatch(/Traceback|not reached/);
});

test("actions come back as payloads of the cell; a long text is paged", async () => {
	const detached = await run("%ipyai detach", () => ({
		text: "",
		failed: false,
		action: { kind: "detach" },
	}));
	expect(detached.payloads).toEqual([{ kind: "command", action: { kind: "detach" } }]);
	const paged = await run("%ipyai context", () => ({
		text: "long",
		failed: false,
		action: { kind: "page" },
	}));
	expect([paged.text, paged.payloads]).toEqual(["", [{ kind: "page", text: "long" }]]);
});

test("no name is left with the user, and look-ups answer while a command waits", async () => {
	let variables: readonly unknown[] = [null];
	await run("%ipyai x", async () => {
		variables = await kernel.host.variables(null, noSignal);
		return plain("");
	});
	expect(variables).toEqual([]);
});

test("an interrupt ends the wait for an answer that does not come", async () => {
	let asked = false;
	const running = run("%ipyai slow", () => {
		asked = true;
		return new Promise(() => {});
	});
	await until(() => asked);
	await kernel.host.interrupt();
	expect((await running).status).toBe("interrupted");
	expect((await run("1")).text).toBe("1\n");
});

test("code of a tool cannot use it", async () => {
	const result = await kernel.host.python.runPython(
		"get_ipython().run_line_magic('ipyai', 'permissions yolo')",
		{ signal: noSignal, onWaiting: () => {}, onOutput: () => {} },
	);
	expect(result.isError).toBe(true);
	expect(JSON.stringify(result.content)).toContain("is for the person at the keyboard");
});

test("of two servers on one kernel the cell's own answers", async () => {
	const told: string[] = [];
	const other = kernel.attach({
		listener: {
			onStatus: () => {},
			onForeignCell: () => {},
			onLateOutput: () => {},
			onPressed: () => {},
			onForeignCommand: async (_key, { line }) => {
				told.push(line);
				return plain("from the other");
			},
		},
	});
	await other.host.ready;
	expect((await run("%ipyai mine")).text).toBe("<mine>\n");
	expect(told).toEqual([]);
});

test("a cell whose server is gone is answered by the one that came after it", async () => {
	const cell = kernel.start("import time\nprint('on')\ntime.sleep(0.5)\n%ipyai late");
	await until(() => cell.outputs.length > 0);
	await kernel.host.dispose("keep");
	const told: string[] = [];
	const { host } = kernel.attach({
		listener: {
			onStatus: () => {},
			onForeignCell: () => {},
			onLateOutput: () => {},
			onPressed: () => {},
			onForeignCommand: async (_key, { line }) => {
				told.push(line);
				return plain("");
			},
		},
	});
	await host.ready;
	await until(() => told.length > 0);
	expect(told).toEqual(["late"]);
});
