/** Every client's face on a scripted server, with an own cell under way: what a person sees, and what the server is asked. */
import { PassThrough } from "node:stream";
import { CurrentSession } from "../../clients/nvim/currentSession.ts";
import { Editor } from "../../clients/nvim/editor.ts";
import { noArguments } from "../../clients/terminal/commandLine/runArguments.ts";
import type { Start } from "../../clients/terminal/commandLine/start.ts";
import { createKeyDecoder } from "../../clients/terminal/editor/keyDecoder.ts";
import type { KeyEvent } from "../../clients/terminal/editor/keys.ts";
import { Batch } from "../../clients/terminal/faces/batch.ts";
import { PlainShell } from "../../clients/terminal/faces/plainShell.ts";
import { ScreenShell } from "../../clients/terminal/faces/screenShell.ts";
import { backgroundQuery } from "../../clients/terminal/screen/background.ts";
import { StandardStreams } from "../../clients/terminal/screen/standardStreams.ts";
import type { KernelLaunch } from "../../protocol/index.ts";
import { until } from "./kernel.ts";
import { textsIn } from "./payloads.ts";
import { type ScriptedServer, scriptedServer } from "./scriptedServer.ts";
import { cellStarted } from "./sessionUpdates.ts";
import { createVirtualTerminal } from "./virtualTerminal.ts";

export type RunningFace = {
	readonly server: ScriptedServer;
	/** Everything that a person sees, or that Lua is told. */
	seen(): Promise<string>;
	/** Every text that was written, or that Lua was told, with the sequences in it. */
	written(): string;
	/** The exit code once it was left, the session it goes over to. */
	readonly ends: { code: number | null; goesOverTo: string | null };
	type(text: string): void;
	close(): void;
};

export type FaceName = "screen" | "plain" | "batch" | "nvim";

const launch: KernelLaunch = { kind: "existing", connectionFile: "/k.json", label: "python" };

const start = async (
	name: FaceName,
	env: NodeJS.ProcessEnv,
	server: ScriptedServer,
): Promise<RunningFace> => {
	const ends: RunningFace["ends"] = { code: null, goesOverTo: null };
	const session = { cwd: "/w", settings: {}, startKernel: async () => launch };
	const target = { kind: "new", kernel: Promise.resolve(launch) } as const;
	const startOf = (entries: readonly string[]): Start => ({
		args: noArguments,
		program: "ipyai",
		entries,
		draft: "",
		goOver: (session) => {
			ends.goesOverTo = session;
		},
		sessionOptions: (listener) => ({ ...session, target, join: async () => server.connection, listener }),
	});
	const run = (code: Promise<number>): void => {
		void code.then((code) => {
			ends.code = code;
		});
	};
	switch (name) {
		case "screen": {
			const terminal = createVirtualTerminal(Number(env.COLUMNS ?? 100), 40);
			let onKey: (key: KeyEvent) => void = () => {};
			const decoder = createKeyDecoder((key) => onKey(key));
			const keyboard = Object.assign(terminal, {
				start: (handler: typeof onKey) => {
					onKey = handler;
				},
				stop: () => {},
				askBackground: () => terminal.write(backgroundQuery),
			});
			run(new ScreenShell(startOf([]), keyboard, env).run());
			const type = (text: string): void => decoder.feed(Buffer.from(text));
			type("own()\r");
			return {
				server,
				ends,
				type,
				seen: async () => (await terminal.lines()).join("\n"),
				written: () => terminal.written,
				close: () => terminal.dispose(),
			};
		}
		case "plain":
		case "batch": {
			// A dumb terminal, or a pipe.
			const stdin = Object.assign(new PassThrough(), { isTTY: name === "plain" });
			let seen = "";
			const output = (): PassThrough => {
				const stream = new PassThrough();
				stream.on("data", (data) => {
					seen += data;
				});
				return stream;
			};
			const streams = new StandardStreams({ stdin, stdout: output(), stderr: output() });
			const face =
				name === "plain" ? new PlainShell(startOf([]), streams, env) : new Batch(startOf(["own()"]), streams);
			run(face.run());
			if (name === "plain") stdin.write("own()\n");
			return {
				server,
				ends,
				type: (text) => stdin.write(text),
				seen: async () => seen,
				written: () => seen,
				close: () => stdin.end(),
			};
		}
		case "nvim": {
			const messages: object[] = [];
			let written = "";
			const editor = new Editor(async (_, [batch]) => {
				messages.push(...(batch as object[]));
				for (const [, text] of textsIn(batch)) written += `${text}\n`;
			});
			const current = new CurrentSession(editor, async () => server.connection);
			await current.open({ ...session, target });
			void current.submit(1, { kind: "cell", code: "own()" }).catch(() => {});
			return {
				server,
				ends,
				type: () => {},
				seen: async () => messages.map((message) => JSON.stringify(message)).join("\n"),
				written: () => written,
				close: () => {},
			};
		}
		default:
			return name satisfies never;
	}
};

/** Starts a face and waits until its own cell runs. */
export const startFace = async (
	name: FaceName,
	env: NodeJS.ProcessEnv = {},
	server = scriptedServer(),
): Promise<RunningFace> => {
	const face = await start(name, { TERM: "xterm-256color", ...env }, server);
	await until(() => face.server.requests.some((request) => request.startsWith("cell/execute")));
	face.server.event(cellStarted("own", "own()", 1));
	return face;
};
