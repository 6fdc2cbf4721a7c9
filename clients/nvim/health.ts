/** What `:checkhealth ipyai` asks this process: everything a session needs, tried out. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findPython } from "../common/kernel/findPython.ts";
import type { ServerConnection } from "../common/server/connection.ts";
import { loginText } from "./commandWords.ts";

export type Finding = { readonly level: "ok" | "warn" | "error" | "info"; readonly text: string };

export type HealthOptions = {
	readonly env: NodeJS.ProcessEnv;
	readonly cwd: string;
	readonly python: string | null;
	connect(): Promise<ServerConnection>;
};

/** Never fails: what does is a finding. */
export const checkHealth = async (options: HealthOptions): Promise<readonly Finding[]> => [
	{ level: "ok", text: `Node ${process.version} (${process.execPath})` },
	...(await attempt(() => checkPython(options))),
	...(await attempt(() => checkServer(options))),
];

const checkPython = async ({ env, cwd, python }: HealthOptions): Promise<readonly Finding[]> => {
	const notices: Finding[] = [];
	const path = findPython({
		python,
		env,
		cwd,
		onNotice: (text) => notices.push({ level: "warn", text }),
	});
	const code =
		"import sys, ipykernel, IPython; print(sys.version.split()[0], ipykernel.__version__, IPython.__version__)";
	const { stdout } = await promisify(execFile)(path, ["-c", code], { env, timeout: 20_000 });
	const [version, ipykernel, ipython] = stdout.trim().split(" ");
	return [
		...notices,
		{ level: "ok", text: `Python ${version}, ipykernel ${ipykernel}, IPython ${ipython} (${path})` },
	];
};

const checkServer = async ({ connect }: HealthOptions): Promise<readonly Finding[]> => {
	const server = await connect();
	const { version, pid } = server.aiShell;
	const { backends } = await server.request("backend/list", {});
	const ready = backends.filter(({ login }) => login.kind !== "missing");
	return [
		{ level: "ok", text: `Server: process ${pid} speaks version ${version} of the AI Shell Protocol` },
		...(ready.length === 0
			? [{ level: "warn" as const, text: "No AI backend is ready: prompts and suggestions fail, cells run" }]
			: []),
		...backends.map(
			({ name, login, defaultModel }): Finding => ({
				level: login.kind === "missing" ? "info" : "ok",
				text: `Backend ${name}: ${loginText(login)}${login.kind !== "missing" && defaultModel ? `, ${defaultModel}` : ""}`,
			}),
		),
	];
};

const attempt = async (check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
	try {
		return await check();
	} catch (error) {
		return [{ level: "error", text: (error as Error).message }];
	}
};
