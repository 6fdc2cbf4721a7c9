/** What `:checkhealth ipyai` asks this process: everything a session needs, tried out. */
import { preparePython } from "../common/kernel/preparePython.ts";
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
	const found = await preparePython({
		python,
		env,
		cwd,
		naming: ":IpyaiStart PATH",
		onProgress: () => {},
	});
	const { version, ipykernel, ipython } = found.facts;
	const own = (release: string | null): string => release ?? "of ipyai's own";
	return [
		...found.notices.map(({ level, text }): Finding => ({ level: level === "info" ? level : "warn", text })),
		{
			level: "ok",
			text: `Python ${version.join(".")}, ipykernel ${own(ipykernel)}, IPython ${own(ipython)}: ${found.label}`,
		},
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
