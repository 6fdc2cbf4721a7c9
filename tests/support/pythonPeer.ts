/** The Python ipyai 0.0.9, run as a person would: its own home, lines typed in, what it printed read back. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { onTestFinished } from "vitest";
import { type ModelServer, startModelServer } from "./modelServer/modelServer.ts";

const program = join(import.meta.dirname, "../../.peers/python/bin/ipyai");

export type PythonPeer = {
	/** Its home folder, where it also runs. */
	readonly home: string;
	/** What one of our clients needs to be the same person. */
	readonly environment: Readonly<Record<string, string>>;
	/** Runs it with these arguments and inputs, and gives what it printed. */
	type(args: readonly string[], lines: readonly string[]): Promise<string>;
};

export const startPythonPeer = async (): Promise<PythonPeer> => {
	const home = mkdtempSync(join(tmpdir(), "ipyai-peer-"));
	const model: ModelServer = await startModelServer();
	onTestFinished(async () => {
		await model.close();
		rmSync(home, { recursive: true, force: true, maxRetries: 5 });
	});
	const environment = {
		...model.environment,
		PATH: process.env.PATH!,
		HOME: home,
		IPYTHONDIR: join(home, ".ipython"),
		XDG_CONFIG_HOME: join(home, "config"),
	};
	return {
		home,
		environment,
		type: (args, lines) =>
			new Promise((resolve, reject) => {
				const child = spawn(program, ["-b", "claude-api", "--simple-prompt", ...args], {
					cwd: home,
					env: {
						...environment,
						ANTHROPIC_API_BASE: model.url,
						LITELLM_LOCAL_MODEL_COST_MAP: "True",
						PYTHONWARNINGS: "ignore",
						TERM: "dumb",
					},
				});
				let printed = "";
				for (const stream of [child.stdout, child.stderr])
					stream.setEncoding("utf8").on("data", (text: string) => {
						printed += text;
					});
				child.on("error", reject);
				child.on("close", () => resolve(stripVTControlCharacters(printed)));
				child.stdin.end([...lines, "exit", ""].join("\n"));
			}),
	};
};
