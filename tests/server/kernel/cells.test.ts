import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningKernel, startTestKernel } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
});
afterAll(() => kernel.dispose());

test("a cell has a number, its output in order and an end", async () => {
	const { status, executionCount, text } = await kernel.run("print('a')\n1 + 1");
	expect({ status, text }).toEqual({ status: "ok", text: "a\n2\n" });
	expect(executionCount).toBeGreaterThan(0);
});
