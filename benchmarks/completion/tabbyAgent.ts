/**
 * The peer: tabby-agent, what editors run for Tabby's completions, spoken to as its ghost-text plugins do (a line of
 * JSON each way; its `--lsp` knows the menu of completions alone). It is installed in `.peers` when it is missing,
 * has a home folder of its own and no telemetry, and knows no server but the loopback one.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { npmCommand, outsideOfNpm } from "../../scripts/setup/packages.mjs";

const version = "1.5.0";
const folder = join(import.meta.dirname, "../../.peers/tabby-agent");
const program = join(folder, "node_modules/tabby-agent/dist/cli.js");

export type TabbyAgent = {
	/** What it would show at an offset of a text, `""` for nothing; an older question is let go. */
	suggest(question: { text: string; offset: number; manually: boolean }): Promise<string>;
	close(): Promise<void>;
};

/** Installs it where it is missing; false, and a word on standard error, where that cannot be done. */
export const ensureTabbyAgent = (): boolean => {
	if (existsSync(program)) return true;
	process.stderr.write("completion: installing tabby-agent in .peers\n");
	mkdirSync(folder, { recursive: true });
	const [npm, ...first] = npmCommand(process.env);
	const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"];
	const { stderr } = spawnSync(npm, [...first, "install", ...options, `tabby-agent@${version}`], {
		encoding: "utf8",
		cwd: folder,
		env: outsideOfNpm(process.env),
	});
	if (existsSync(program)) return true;
	process.stderr.write(`completion: no tabby-agent here, its rows are left out\n${stderr ?? ""}`);
	return false;
};

export const startTabbyAgent = async (modelUrl: string): Promise<TabbyAgent> => {
	const home = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
	const settings = join(home, ".tabby-client/agent");
	mkdirSync(settings, { recursive: true });
	writeFileSync(
		join(settings, "config.toml"),
		`[server]\nendpoint = "${modelUrl}"\n[anonymousUsageTracking]\ndisable = true\n[tls]\ncaCerts = "bundled"\n`,
	);
	const child = spawn(process.execPath, [program], {
		cwd: home,
		// It takes averages of nothing at first, and Node warns of each.
		env: { HOME: home, NODE_NO_WARNINGS: "1" },
		stdio: ["pipe", "pipe", "inherit"],
	});
	const call = callsOf(child);
	await call("initialize", [{}]).answer;
	let pending: number | null = null;
	return {
		suggest: async ({ text, offset, manually }) => {
			if (pending !== null) void call("cancelRequest", [pending]);
			const question = { filepath: "/peer.py", language: "python", text, position: offset, manually };
			const { id, answer } = call("provideCompletions", [question, { signal: true }]);
			pending = id;
			const choice = ((await answer) as Answer | null)?.choices[0];
			if (pending === id) pending = null;
			return choice ? choice.text.slice(offset - choice.replaceRange.start) : "";
		},
		close: async () => {
			const exited = new Promise((resolve) => child.once("exit", resolve));
			child.kill();
			await exited;
			rmSync(home, { recursive: true, force: true });
		},
	};
};

type Answer = {
	readonly choices: readonly { readonly text: string; readonly replaceRange: { readonly start: number } }[];
};

const callsOf = (child: ChildProcess) => {
	const waiting = new Map<number, (answer: unknown) => void>();
	createInterface({ input: child.stdout! }).on("line", (line) => {
		const [id, answer] = JSON.parse(line);
		waiting.get(id)?.(answer);
		waiting.delete(id);
	});
	let calls = 0;
	return (func: string, args: readonly unknown[]) => {
		const id = ++calls;
		const answer = new Promise<unknown>((resolve) => waiting.set(id, resolve));
		child.stdin!.write(`${JSON.stringify([id, { func, args }])}\n`);
		return { id, answer };
	};
};
