/**
 * What the tools cost a call: the door (policy, grants, redaction), a look at a big frame, the check of a command
 * line, and an edit of a long file beside exhash, which ours follows. Medians.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnKernel } from "../clients/common/kernel/spawnKernel.ts";
import { ensureEnvironment } from "../ground/environment/pythonEnvironment.mjs";
import { createRedact } from "../ground/secrets/redact.ts";
import { KernelHost } from "../server/kernel/kernelHost.ts";
import { Approvals } from "../server/tools/approvals.ts";
import { Door } from "../server/tools/call.ts";
import { systemFacts } from "../server/tools/commands/systemFacts.ts";
import { lineHash } from "../server/tools/edits/lineHash.ts";
import { Undo } from "../server/tools/edits/undo.ts";
import { Grants } from "../server/tools/grants.ts";
import { placeOf } from "../server/tools/places.ts";
import { judge } from "../server/tools/shell/verdict.ts";
import { editFile } from "../server/tools/sources/files.ts";
import type { Tool } from "../server/tools/tool.ts";
import { median, ms, printRow } from "./row.ts";
import { noCommands, silentListener } from "./silentKernel.ts";

const rounds = 200;
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
mkdirSync(join(folder, ".git"));
const place = placeOf(folder, folder, { HOME: folder });
const { signal } = new AbortController();
const alone = { peer: "—", peerName: "none", ratio: "—" };

const timed = async (times: number, run: () => unknown): Promise<number> => {
	const taken: number[] = [];
	for (let round = 0; round < times; round++) {
		const started = performance.now();
		await run();
		taken.push(performance.now() - started);
	}
	return median(taken);
};

const quick: Tool = {
	name: "quick",
	description: "",
	inputSchema: {},
	effect: "runsCommands",
	prepare: async () => ({
		check: "open",
		grant: null,
		run: async () => ({ content: [{ kind: "text", text: "row of a table\n".repeat(60) }], isError: false }),
	}),
};
const log = { add: () => {}, settle: () => {}, hint: () => {} };
const door = new Door({
	log,
	approvals: new Approvals({ log, canAsk: () => false, newId: () => "a" }),
	grants: new Grants(),
	rules: () => [],
	mode: () => "yolo",
	place: () => place,
	redact: createRedact(process.env as Record<string, string>),
	tools: () => [quick],
});
const call = { kind: "toolCall", callId: "c", name: "quick", args: {}, executor: "server" } as const;
printRow({
	what: "a tool call's own cost in the door",
	ours: ms(await timed(rounds, () => door.call("t", call, signal))),
	...alone,
	target: "≤ 1 ms",
});

const line =
	"git -C . log --oneline -n 20 -- src tests && grep -rn --include='*.py' 'def main' src | sort -k2 | head -n 20; find . -name '*.csv' -size +10k -mtime -3 | wc -l && sed -n '1,20p' README.md && git diff --stat HEAD~3";
const facts = systemFacts(place, process.env.PATH ?? "");
printRow({
	what: `check of a command line of ${line.length} characters`,
	ours: ms(await timed(rounds, () => judge(line, facts))),
	...alone,
	target: "≤ 2 ms",
});

// Edits: the same line of the same file, written each time.
const lines = Array.from({ length: 50_000 }, (_, at) => `value_${at} = compute(${at}, "text of line ${at}")`);
const path = join(folder, "long.py");
writeFileSync(path, `${lines.join("\n")}\n`);
const edit = editFile({ place: async () => place }, new Undo());
let text = lines[25_000]!;
const ours = await timed(30, async () => {
	const cmds = [`25001|${lineHash(text)}|s/compute/computed/`];
	text = text.replace("compute", "computed");
	const prepared = await edit.prepare({ path, cmds }, signal);
	if ("problem" in prepared) throw new Error(prepared.problem);
	const { isError, content } = await prepared.run({ signal, onWaiting: () => {}, onOutput: () => {} });
	if (isError) throw new Error(JSON.stringify(content));
});
writeFileSync(path, `${lines.join("\n")}\n`);
const link = join(root, ".peers/exhash");
await ensureEnvironment(
	{ link, requirements: ["exhash==0.4.21"], module: "exhash" },
	{ env: process.env, onProgress: (said) => process.stderr.write(`${said}\n`) },
);
const peer = Number(
	execFileSync(
		join(link, "bin/python"),
		[
			"-c",
			`import sys, time, exhash
path, text, taken = sys.argv[1], sys.argv[2], []
for _ in range(30):
    started = time.perf_counter()
    exhash.file_exhash(path, (exhash.lnhash(25001, text), "s", "compute", "computed"))
    taken.append(time.perf_counter() - started)
    text = text.replace("compute", "computed", 1)
print(sorted(taken)[15] * 1000)`,
			path,
			lines[25_000]!,
		],
		{ encoding: "utf8" },
	),
);
printRow({
	what: "an edit of a file of 50,000 lines",
	ours: ms(ours),
	peer: ms(peer),
	peerName: "exhash",
	ratio: `${(ours / peer).toFixed(2)}×`,
	target: "≤ 50 ms",
});

const { launch } = spawnKernel({
	python: join(root, ".python/bin/python"),
	cwd: folder,
	env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: join(folder, "run") },
});
const host = new KernelHost({
	launch,
	kernelId: "k",
	listener: silentListener,
});
await host.ready;
const { status } = await host.execute({
	cellId: "c",
	code: "import numpy, pandas\nframe = pandas.DataFrame({'a': numpy.arange(2_000_000), 'b': numpy.random.rand(2_000_000), 'c': ['text'] * 2_000_000})",
	onOutput: () => {},
	onInputRequest: () => {},
	onCommand: noCommands,
});
if (status !== "ok") throw new Error("no frame could be made");
for (const what of ["frame", "frame[:5]"])
	printRow({
		what: `look at ${what}, of 2 million rows`,
		ours: ms(await timed(50, () => host.python.look({ what, frame: null, traceback: false }, signal))),
		...alone,
		target: "≤ 20 ms",
	});
await host.dispose("end");
rmSync(folder, { recursive: true, force: true });
