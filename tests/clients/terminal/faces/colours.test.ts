import { afterEach, expect, test } from "vitest";
import { type RunningFace, startFace } from "../../../support/faces.ts";
import { until } from "../../../support/kernel.ts";

let face: RunningFace;
afterEach(() => face.close());

const query = "\x1b]11;?\x1b\\";

test("the ground that the terminal tells decides the colours, and nothing of its answer is typed", async () => {
	face = await startFace("screen", { TERM: "xterm-256color" });
	expect(face.written()).toContain(query);
	face.type("x = 'a'");
	await until(() => face.written().includes("\x1b[38;5;186m"));
	face.type("\x1b]11;rgb:ffff/ffff/");
	face.type("ffff\x1b\\");
	await until(() => face.written().includes("\x1b[38;5;22m'a'"));
	expect(await face.seen()).not.toMatch(/ffff|rgb/);
});

test("without colours nothing is asked and nothing painted", async () => {
	face = await startFace("screen", { TERM: "xterm-256color", NO_COLOR: "1" });
	face.type("x = 'a'");
	await until(async () => (await face.seen()).includes("x = 'a'"));
	expect(face.written()).not.toContain(query);
	expect(face.written()).not.toMatch(/\x1b\[\d[\d;]*m/);
});
