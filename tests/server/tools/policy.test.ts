import { expect, test } from "vitest";
import { PermissionMode } from "../../../protocol/index.ts";
import { decide, howToAllow, type Ruling } from "../../../server/tools/policy.ts";
import type { Check, Effect } from "../../../server/tools/tool.ts";

const effects = [
	"looks",
	"readsFiles",
	"changesNamespace",
	"changesFiles",
	"runsCommands",
	"reachesNetwork",
	"callsServer",
] as const satisfies readonly Effect[];
const checks = ["looks", "contained", "open", "guarded"] as const satisfies readonly Check[];

/** One line a mode and check, one column an effect: r runs, a asks, - refuses. */
const table = (ruling: Ruling): string =>
	PermissionMode.options
		.flatMap((mode) =>
			checks.map((check) => {
				const marks = effects.map((effect) => {
					const { kind } = decide({ mode, tool: "t", effect, check, ruling });
					return { run: "r", ask: "a", refuse: "-" }[kind];
				});
				return `${mode.padEnd(5)} ${check.padEnd(10)} ${marks.join(" ")}`;
			}),
		)
		.join("\n");

test("mode × check × effect without rules", () => {
	expect(table(null)).toMatchInlineSnapshot(`
		"ask   looks      r a a a a a a
		ask   contained  a a a a a a a
		ask   open       a a a a a a a
		ask   guarded    a a a a a a a
		auto  looks      r r r r r r r
		auto  contained  r r r r r r r
		auto  open       a a a a a a a
		auto  guarded    a a a a a a a
		plan  looks      r r r r r r r
		plan  contained  - - - - - - -
		plan  open       - - - - - - -
		plan  guarded    - - - - - - -
		yolo  looks      r r r r r r r
		yolo  contained  r r r r r r r
		yolo  open       r r r r r r r
		yolo  guarded    a a a a a a a"
	`);
});

test("what a rule denies runs in no mode", () => expect(table("deny")).not.toMatch(/ [ra]( |$)/m));

test("what a rule asks about is asked in every mode but plan, which refuses what does not look", () => {
	expect(table("ask")).not.toMatch(/ r( |$)/m);
	expect(table("ask").match(/-/g)).toHaveLength(effects.length * 3);
});

test("what a rule allows runs, but nothing that plan refuses or that is guarded", () => {
	const rows = table("allow").split("\n");
	for (const row of rows) {
		const isPlan = row.startsWith("plan") && !row.includes("looks");
		const expected = isPlan ? "-" : row.includes("guarded") ? "a" : "r";
		expect(row.slice(17)).toBe(effects.map(() => expected).join(" "));
	}
});

test("who is told how to allow something is never told the mode that is on", () => {
	for (const mode of PermissionMode.options)
		for (const check of checks)
			for (const ruling of [null, "ask"] as const)
				for (const effect of effects) {
					const facts = { mode, tool: "t", effect, check, ruling };
					if (decide(facts).kind === "ask")
						expect(howToAllow(facts), JSON.stringify(facts)).not.toMatch(
							new RegExp(`--permissions ${mode}|or ${mode}\\b`),
						);
				}
});
