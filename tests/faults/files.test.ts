/** Our own file operations fail: notebooks, exports, the exact log, settings, long output. */
import fs from "node:fs";
import fsp from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkUsable, faultFolder, runTable, startFaultyServer } from "../support/faults.ts";
import { until } from "../support/kernel.ts";
import type { TestClient } from "../support/server.ts";

const codes = ["EIO", "ENOSPC", "EDQUOT", "EROFS"] as const;
type Code = (typeof codes)[number];

const refusal = (code: Code, call: string): Error =>
	Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });

/** Puts functions in the place of Node's until the end of `work`. */
const withFunctions = async <Module extends object, T>(
	module: Module,
	replacements: Partial<Module>,
	work: () => Promise<T>,
): Promise<T> => {
	const before = Object.fromEntries(
		Object.keys(replacements).map((name) => [name, module[name as keyof Module]]),
	);
	Object.assign(module, replacements);
	syncBuiltinESMExports();
	try {
		return await work();
	} finally {
		Object.assign(module, before);
		syncBuiltinESMExports();
	}
};

/** The `nth` call of a file handle's method, or of `open` and `rename` themselves, is refused. */
const refusing = (call: string, nth: number, code: Code): Partial<typeof fsp> => {
	let left = nth;
	const isNow = (): boolean => --left === 0;
	const { open, rename } = fsp;
	return {
		open: (async (...args: Parameters<typeof open>) => {
			if (call === "open" && String(args[1]).includes("w") && isNow()) throw refusal(code, call);
			const handle = await open(...args);
			if (call !== "writeFile" && call !== "sync" && call !== "close") return handle;
			const method = handle[call].bind(handle) as (...all: unknown[]) => Promise<void>;
			Object.assign(handle, {
				[call]: async (...all: unknown[]) => {
					const now = isNow();
					// A close that fails has closed all the same.
					if (!now || call === "close") await method(...all);
					if (now) throw refusal(code, call);
				},
			});
			return handle;
		}) as typeof open,
		rename: async (...args) => {
			if (call === "rename" && isNow()) throw refusal(code, call);
			return rename(...args);
		},
	};
};

const start = async () => {
	const folder = faultFolder();
	const server = await startFaultyServer({ folder });
	const environment = { HOME: folder, XDG_CONFIG_HOME: join(folder, "config") };
	const client = await server.connect({ environment, cwd: folder });
	const { state } = await client.request("session/new", {
		requestId: "new",
		cwd: folder,
		kernel: { connectionFile: "/none/kernel.json", pid: null, label: "scripted" },
		settings: {},
	});
	const { sessionId } = state;
	await client.event("kernelAttached");
	const run = async (code: string) => {
		const params = { sessionId, requestId: `cell ${Math.random()}`, code };
		const { cellId } = await client.request("cell/execute", params);
		return client.event("cellFinished", (event) => event.cellId === cellId);
	};
	const command = (line: string) =>
		client.request("command/run", { sessionId, requestId: `command ${Math.random()}`, line });
	return { server, client, folder, sessionId, run, command };
};

const notices = (client: TestClient): string[] =>
	client.updates.flatMap((update) =>
		update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
	);

const files = ["save book", "save --startup", "export out.jsonl"] as const;
const calls = [
	["open", 1],
	["writeFile", 1],
	["sync", 1],
	["close", 1],
	["rename", 1],
] as const;

test("a file that cannot be written is named; the one before is whole, nothing half written stays", async () => {
	const { server, folder, sessionId, run, command } = await start();
	for (const code of ["print one", "print two", "raise three"]) await run(code);
	const names = () => fs.readdirSync(folder, { recursive: true }).map(String).filter(isOfPerson).sort();
	const rows = files.flatMap((line) =>
		calls.flatMap(([call, nth]) => codes.map((code) => ({ line, call, nth, code }))),
	);
	await runTable(
		rows,
		({ line, call, nth, code }) => `${line}: ${call} ${nth} with ${code}`,
		async ({ line, call, nth, code }) => {
			const path = join(
				folder,
				{ "save book": "book.ipynb", "export out.jsonl": "out.jsonl" }[line as string] ??
					"config/ipyai/startup.ipynb",
			);
			expect((await command(line)).failed).toBe(false);
			const before = fs.readFileSync(path, "utf8");
			const all = names();
			const answer = await withFunctions(fsp, refusing(call, nth, code), () => command(line));
			expect(answer).toMatchObject({ failed: true, text: expect.stringContaining(path) });
			expect(answer.text).toContain(code);
			expect(fs.readFileSync(path, "utf8")).toBe(before);
			expect(names()).toEqual(all);
			expect((await command(line)).failed).toBe(false);
		},
	);
	await checkUsable(server, sessionId);
});

const isOfPerson = (name: string): boolean => !/^(?:ipyai\.sqlite|blobs)/.test(name);

/** The same for a synchronous function of `fs`. */
const refusingSync = (
	call: "appendFileSync" | "writeFileSync" | "renameSync" | "writeSync" | "openSync",
	code: Code,
) => ({
	[call]: (...args: unknown[]) => {
		// Standard output and error are not ours to break.
		if (call === "writeSync" && (args[0] as number) < 3)
			return (original[call] as (...all: unknown[]) => unknown)(...args);
		throw refusal(code, call);
	},
});
const original = { ...fs };

test("a log, a setting or an output that cannot be written stops neither cell nor prompt", async () => {
	const { server, client, folder, sessionId, run, command } = await start();
	const ask = async () => {
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: `prompt ${Math.random()}`,
			content: [{ kind: "text", text: "what?" }],
		});
		return client.event("turnFinished", (event) => event.turnId === turnId);
	};
	await command("log_exact on");
	await ask();
	const log = join(folder, "config/ipyai/exact-log.jsonl");
	const config = join(folder, "config/ipyai/config.json");
	const lines = () => fs.readFileSync(log, "utf8").trim().split("\n").length;
	const rows = codes.flatMap((code) =>
		(["exact log", "setting", "setting moved", "output opened", "output"] as const).map((what) => ({
			what,
			code,
		})),
	);
	await runTable(
		rows,
		({ what, code }) => `${what} with ${code}`,
		async ({ what, code }) => {
			const told = notices(client).length;
			const news = () => notices(client).slice(told).join("\n");
			switch (what) {
				case "exact log": {
					const before = lines();
					const calls = { ...refusingSync("writeSync", code), ...refusingSync("appendFileSync", code) };
					const { stopReason } = await withFunctions(fs, calls as Partial<typeof fs>, ask);
					expect(stopReason).toBe("endTurn");
					await until(() => news().includes(log));
					await ask();
					expect(lines()).toBe(before + 1);
					return;
				}
				case "setting":
				case "setting moved": {
					const before = fs.readFileSync(config, "utf8");
					const call = what === "setting" ? "writeFileSync" : "renameSync";
					const answer = await withFunctions(fs, refusingSync(call, code) as Partial<typeof fs>, () =>
						command("search h --save"),
					);
					expect(answer).toMatchObject({ failed: true, text: expect.stringContaining(config) });
					expect(fs.readFileSync(config, "utf8")).toBe(before);
					return;
				}
				default: {
					const call = what === "output" ? "writeSync" : "openSync";
					const { status } = await withFunctions(fs, refusingSync(call, code) as Partial<typeof fs>, () =>
						run("big 1000100"),
					);
					expect(status).toBe("ok");
					await until(() => news().includes(join(folder, "blobs")));
				}
			}
		},
	);
	await checkUsable(server, sessionId);
});
