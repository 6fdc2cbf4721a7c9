/** Nothing that others wrote acts, hides or reorders in what `ipyai` writes to a pipe: lists, batches, lines, errors. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { joinServer } from "../../clients/common/server/joinServer.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { faultsOf, inGroups, utf8Payloads } from "../support/payloads.ts";
import { endPrograms, programEnvironment, runBatch } from "../support/pty.ts";

afterAll(endPrograms);

const all = utf8Payloads.map(({ text }) => text);
/** Colours may be among what a cell prints. */
const withoutColours = (text: string): string => text.replace(/\x1b\[[\d;]*m/g, "");

const expectClean = ({ stdout, stderr }: { stdout: string; stderr: string }, pattern: RegExp): void => {
	expect(stdout + stderr).toMatch(pattern);
	for (const line of withoutColours(stdout + stderr).split("\n"))
		expect(faultsOf(line), line.slice(0, 300)).toEqual([]);
};

test("in batches, lines and lists", { timeout: 120_000 }, async () => {
	const model = await startModelServer();
	const cwd = process.env.HOME!;
	const env = { ...model.environment, IPYAI_BACKEND: "claude-api" };
	writeFileSync(join(cwd, "payloads.json"), JSON.stringify(all));
	const names =
		"for each in P:\n    globals()[each] = each\nclass Odd: pass\nOdd.__name__ = Odd.__qualname__ = P[0]";
	const code = `import json, sys, warnings
P = json.load(open("payloads.json"))
ALL = "\\n".join(P)
print(ALL)
sys.stderr.write(ALL)
warnings.warn(ALL)
display({"text/plain": ALL, "text/html": ALL}, raw=True)
${names}
odd = Odd()
get_ipython().run_line_magic("ipyai", "variables")
get_ipython().run_line_magic("ipyai", "model " + P[0])
raise Exception(ALL)`;
	writeFileSync(join(cwd, "payloads.py"), code);
	for (const args of [["-c", code], ["payloads.py"], ["--plain"]])
		expectClean(await runBatch(args, { env, input: `${code}\n\nprint("at the end")\n` }), /Exception/);
	// No argument of a program holds a zero.
	const said = `.x @@say ${all.join("\n")}\n\`\`\`${all[0]}\n${all.join("\n")}\n\`\`\`\nSAID@@`;
	expectClean(await runBatch(["-c", said.replaceAll("\0", "")], { env }), /SAID/);

	const connection = await joinServer({
		name: "test",
		cwd,
		environment: programEnvironment(env),
		answers: "nothing",
	});
	for (const group of inGroups(8, utf8Payloads)) {
		const { state } = await connection.request("session/new", {
			requestId: group[0]!.name,
			cwd,
			settings: {},
			kernel: null,
		});
		const title = group
			.map(({ text }) => text)
			.join(" ")
			.slice(0, 190)
			.toWellFormed();
		await connection.request("session/rename", {
			sessionId: state.sessionId,
			requestId: `${group[0]!.name} named`,
			title,
		});
	}
	connection.close();
	expectClean(await runBatch(["--sessions"], { env }), /A/);
	// What a person, or whoever wrote the line for them, got wrong is quoted.
	for (const text of all.filter((each) => !each.includes("\0") && each.length < 1000).slice(0, 12)) {
		expectClean(await runBatch([`--${text}`], { env }), /ipyai/);
		expectClean(await runBatch([`./${text}.py`], { env }), /ipyai|file/);
	}
	await model.close();
});
