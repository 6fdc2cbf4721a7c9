/** Our own file operations fail: notebooks, exports, the exact log, settings, long output. */
import fs from "node:fs";
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

/** Every call of one of these functions is refused, but for standard output and error, which are not ours to break. */
const refusing = (
	call: "appendFileSync" | "writeSync" | "openSync" | "renameSync" | "fsync",
	code: Code,
): Partial<typeof fs> => {
	const refuse = (): never => {
		throw refusal(code, call);
	};
	const replacements = {
		appendFileSync: refuse,
		openSync: refuse,
		renameSync: refuse,
		writeSync: (...args: unknown[]) =>
			(args[0] as number) < 3 ? (original.writeSync as (...all: unknown[]) => number)(...args) : refuse(),
		fsync: (_descriptor: number, done: (error: Error) => void) => done(refusal(code, call)),
	};
	// What is synced at once is synced by another name.
	const more = call === "fsync" ? { fsyncSync: refuse } : {};
	return { [call]: replacements[call], ...more } as Partial<typeof fs>;
};
const original = { ...fs };

/** A name that cannot be moved is written in its place where the file system only refuses that. */
const isMended = (call: string, code: Code): boolean => call === "renameSync" && code === "EROFS";

const start = async () => {
	const folder = faultFolder();
	const server = await startFaultyServer({ folder });
	const environment = { HOME: folder, XDG_CONFIG_HOME: join(folder, "config") };
	const client = await server.connect({ environment, cwd: folder });
	const { state } = await client.request("session/new", {
		requestId: "new",
		cwd: folder,
		kernel: { kind: "existing", connectionFile: "/none/kernel.json", label: "scripted" },
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
const calls = ["openSync", "writeSync", "fsync", "renameSync"] as const;

test("a file that cannot be written is named; the one before is whole, nothing half written stays", async () => {
	const { server, folder, sessionId, run, command } = await start();
	for (const code of ["print one", "print two", "raise three"]) await run(code);
	const names = () => fs.readdirSync(folder, { recursive: true }).map(String).filter(isOfPerson).sort();
	const rows = files.flatMap((line) =>
		calls.flatMap((call) =>
			codes.filter((code) => !isMended(call, code)).map((code) => ({ line, call, code })),
		),
	);
	await runTable(
		rows,
		({ line, call, code }) => `${line}: ${call} with ${code}`,
		async ({ line, call, code }) => {
			const path = join(
				folder,
				{ "save book": "book.ipynb", "export out.jsonl": "out.jsonl" }[line as string] ??
					"config/ipyai/startup.ipynb",
			);
			expect((await command(line)).failed).toBe(false);
			const before = fs.readFileSync(path, "utf8");
			const all = names();
			const answer = await withFunctions(fs, refusing(call, code), () => command(line));
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
		(["exact log", "setting", "setting moved", "output opened", "output"] as const)
			.filter((what) => what !== "setting moved" || !isMended("renameSync", code))
			.map((what) => ({ what, code })),
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
					const calls = { ...refusing("writeSync", code), ...refusing("appendFileSync", code) };
					const { stopReason } = await withFunctions(fs, calls, ask);
					expect(stopReason).toBe("endTurn");
					await until(() => news().includes(log));
					await ask();
					expect(lines()).toBe(before + 1);
					return;
				}
				case "setting":
				case "setting moved": {
					const before = fs.readFileSync(config, "utf8");
					const call = what === "setting" ? "writeSync" : "renameSync";
					const answer = await withFunctions(fs, refusing(call, code), () => command("search h --save"));
					expect(answer).toMatchObject({ failed: true, text: expect.stringContaining(config) });
					expect(fs.readFileSync(config, "utf8")).toBe(before);
					return;
				}
				default: {
					const call = what === "output" ? "writeSync" : "openSync";
					const { status } = await withFunctions(fs, refusing(call, code), () => run("big 1000100"));
					expect(status).toBe("ok");
					await until(() => news().includes(join(folder, "blobs")));
				}
			}
		},
	);
	await checkUsable(server, sessionId);
});
