/**
 * Stands between an editor on standard input and output and a server. Bytes are forwarded as they come; only
 * `initialize` is added to. A server that is lost is replaced, and told what the editor has open; the new one's
 * questions get numbers of their own.
 */
import type { Duplex, Readable, Writable } from "node:stream";
import { plainText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import { choosePositionEncoding } from "../../protocol/documentSync.ts";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import { aiShellVersion } from "../../protocol/version.ts";
import { type Frame, type Message, readFrames, toFrame } from "./frames.ts";
import { withOptions } from "./initializeOptions.ts";
import { OpenDocuments } from "./openDocuments.ts";
import { ServerRequests } from "./serverRequests.ts";

export type ProxyOptions = {
	readonly input: Readable;
	readonly output: Writable;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Where sessions are looked for when the editor names no folder. */
	readonly cwd: string;
	/** Finds or starts the server. */
	connect(): Promise<Duplex>;
	/** A server of this version in place of an older one. */
	replace(): Promise<Duplex>;
	/** A server for this editor alone, where the shared one is newer than this program. */
	startOwn(): Promise<Duplex>;
	/** Called once, when the editor has left or no server can be had. */
	onEnd(code: number): void;
};

/** A server that is lost more often than this in a minute is not started again. */
const maxRestarts = 3;
const reopenId = "ipyai/reopen";

/** Serves the editor until it leaves. */
export const runProxy = (options: ProxyOptions): void => void new EditorProxy(options);

class EditorProxy {
	readonly #options: ProxyOptions;
	readonly #documents = new OpenDocuments();
	/** The editor's requests without an answer, by their method. */
	readonly #asked = new Map<string | number, string>();
	readonly #askedByServer = new ServerRequests();
	readonly #progress = new Set<string | number>();
	#server: Duplex | null = null;
	/** What the editor sends before the server is there. */
	#waiting: Frame[] = [];
	#initialize: Message | null = null;
	#initialized = false;
	/** Answers of `initialize` that the editor does not get: it has had one, or a better server is on its way. */
	#restarted = false;
	/** What the first server registered stands in the editor. */
	#registered = false;
	#lost: number[] = [];
	#shuttingDown = false;
	#ended = false;

	constructor(options: ProxyOptions) {
		this.#options = options;
		readFrames(options.input, (frame) => this.#fromEditor(frame));
		options.input.once("end", () => this.#end(this.#shuttingDown ? 0 : 1));
		options.output.once("error", () => this.#end(1));
	}

	#fromEditor(frame: Frame): void {
		const { message } = frame;
		const { id, method } = message ?? {};
		if (!this.#initialize && method !== "initialize") {
			this.#beforeInitialize(message);
			return;
		}
		if (method === "initialize" && message) {
			this.#onInitialize(message);
			return;
		}
		if (method === undefined && id != null) {
			this.#answerServer(message as Message, frame);
			return;
		}
		if (message) this.#documents.follow(message);
		if (method !== undefined && id != null) this.#asked.set(id, method);
		if (method === "shutdown") this.#shuttingDown = true;
		if (this.#server && this.#initialized) this.#forward(this.#server, frame.bytes, this.#options.input);
		else this.#waiting.push(frame);
		if (method === "exit") this.#end(this.#shuttingDown ? 0 : 1);
	}

	/** LSP: requests are refused and notifications dropped, `exit` excepted. */
	#beforeInitialize(message: Message | null): void {
		const { id, method } = message ?? {};
		if (method === "exit") this.#end(1);
		else if (method !== undefined && id != null)
			this.#refuse(
				id,
				ErrorCodes.serverNotInitialized,
				`"${method}" came before "initialize": send "initialize" first`,
			);
	}

	#onInitialize(message: Message): void {
		if (this.#initialize) {
			this.#refuse(message.id ?? null, ErrorCodes.invalidRequest, "`initialize` may be sent only once");
			return;
		}
		this.#initialize = withOptions(message, this.#options);
		void this.#start(this.#options.connect());
	}

	#answerServer(message: Message, { bytes }: Frame): void {
		const known = message.id as string | number;
		const id = this.#askedByServer.answer(known);
		if (id === null || !this.#server) return;
		this.#forward(this.#server, id === known ? bytes : toFrame({ ...message, id }), this.#options.input);
	}

	async #start(connecting: Promise<Duplex>): Promise<void> {
		let server: Duplex;
		try {
			server = await connecting;
		} catch (error) {
			this.#giveUp(plainText((error as Error).message));
			return;
		}
		if (this.#ended) {
			server.destroy();
			return;
		}
		this.#server = server;
		readFrames(server, (frame) => {
			if (this.#server === server) this.#fromServer(frame, server);
		});
		const lose = () => {
			if (this.#server === server) this.#lose();
		};
		server.once("close", lose).once("end", lose).on("error", lose);
		const initialize = this.#initialize as Message;
		server.write(toFrame(this.#restarted ? { ...initialize, id: reopenId } : initialize));
	}

	#fromServer({ bytes, message }: Frame, server: Duplex): void {
		if (!message) return;
		const { id, method, params } = message;
		if (!this.#initialized && method === undefined && id != null) {
			this.#onInitialized(message, bytes, server);
			return;
		}
		if (method === "client/registerCapability") {
			if (this.#restarted && this.#registered) {
				server.write(toFrame({ id: id ?? null, result: null }));
				return;
			}
			this.#registered = true;
		}
		if (method === undefined && id != null) this.#asked.delete(id);
		if (method === "$/progress") this.#followProgress(params);
		this.#forward(this.#options.output, this.#forEditor(message, bytes), server);
	}

	/** A server's message as the editor is to have it: ids of questions may be others. */
	#forEditor(message: Message, bytes: Buffer): Buffer {
		const { id, method, params } = message;
		if (method !== undefined && id != null) {
			const known = this.#askedByServer.ask(id);
			return known === id ? bytes : toFrame({ ...message, id: known });
		}
		if (method !== "$/cancelRequest") return bytes;
		return toFrame({ ...message, params: { id: this.#askedByServer.idForEditor(params?.id as string) } });
	}

	#onInitialized(message: Message, bytes: Buffer, server: Duplex): void {
		if (message.error !== undefined) {
			// What the editor sent was wrong: it may try once more.
			this.#initialize = null;
			this.#server = null;
			server.destroy();
			this.#forward(this.#options.output, bytes, server);
			return;
		}
		const result = message.result as
			| { capabilities?: { experimental?: { aiShell?: { version?: number } } } }
			| undefined;
		const version = result?.capabilities?.experimental?.aiShell?.version;
		if (version !== undefined && version !== aiShellVersion) {
			this.#server = null;
			server.destroy();
			const { replace, startOwn } = this.#options;
			void this.#start(version < aiShellVersion ? replace() : startOwn());
			return;
		}
		this.#initialized = true;
		if (this.#restarted) {
			for (const again of [{ method: "initialized", params: {} }, ...this.#documents.reopen()])
				server.write(toFrame(again));
			// Documents were followed as they changed meanwhile; only requests are still to be sent.
			this.#waiting = this.#waiting.filter(({ message }) => !sync.test(message?.method ?? ""));
		} else {
			const offered = this.#initialize?.params?.capabilities as
				| { general?: { positionEncodings?: unknown } }
				| undefined;
			this.#documents.encoding = choosePositionEncoding(offered?.general?.positionEncodings);
			this.#forward(this.#options.output, bytes, server);
		}
		for (const frame of this.#waiting.splice(0)) server.write(frame.bytes);
	}

	#followProgress(params: Message["params"]): void {
		const { token, value } = (params ?? {}) as { token: string; value?: { kind?: string } };
		if (value?.kind === "begin") this.#progress.add(token);
		if (value?.kind === "end") this.#progress.delete(token);
	}

	/** The server is gone: nothing stays unanswered, and another one takes its place. */
	#lose(): void {
		this.#server = null;
		if (this.#ended) return;
		// It may have been too slow for what the editor sent.
		this.#options.input.resume();
		const wasInitialized = this.#initialized;
		this.#initialized = false;
		const now = performance.now();
		this.#lost = [...this.#lost.filter((at) => now - at < 60_000), now];
		const commandsLost = [...this.#asked.values()].includes("workspace/executeCommand");
		if (wasInitialized || this.#shuttingDown) {
			for (const [id, method] of this.#asked)
				this.#tell(method === "shutdown" ? { id, result: null } : { id, error: lostAnswer(method) });
			this.#asked.clear();
		}
		for (const token of this.#progress)
			this.#tell({ method: "$/progress", params: { token, value: { kind: "end" } } });
		this.#progress.clear();
		for (const id of this.#askedByServer.lose()) this.#tell({ method: "$/cancelRequest", params: { id } });
		if (this.#shuttingDown) return;
		if (this.#lost.length > maxRestarts) {
			this.#giveUp(words`The ipyai server was lost several times in a minute; its log says more.`);
			return;
		}
		if (wasInitialized) {
			this.#restarted = true;
			this.#say(
				commandsLost ? "window/showMessage" : "window/logMessage",
				2,
				words`The ipyai server was lost. Another one is started; your open files are sent to it.`,
			);
		}
		void this.#start(this.#options.connect());
	}

	#giveUp(why: PlainText): void {
		if (this.#initialize && !this.#restarted)
			this.#tell({
				id: this.#initialize.id ?? null,
				error: { code: ErrorCodes.internalError, message: why },
			});
		else this.#say("window/showMessage", 1, why);
		this.#end(1);
	}

	#say(method: "window/showMessage" | "window/logMessage", type: 1 | 2, message: PlainText): void {
		this.#tell({ method, params: { type, message } });
	}

	#refuse(id: string | number | null, code: number, message: string): void {
		this.#tell({ id, error: { code, message } });
	}

	#tell(message: Message): void {
		this.#options.output.write(toFrame(message));
	}

	/** A side that does not read makes the other one wait. */
	#forward(to: Writable, bytes: Buffer, from: Readable): void {
		if (to.write(bytes) || from.isPaused()) return;
		from.pause();
		to.once("drain", () => from.resume());
	}

	#end(code: number): void {
		if (this.#ended) return;
		this.#ended = true;
		const { onEnd, output } = this.#options;
		const server = this.#server;
		this.#server = null;
		// What was told last is still written; the server leaves the connection when it ends.
		output.write("", () => onEnd(code));
		if (output.destroyed || output.errored) onEnd(code);
		server?.end();
	}
}

/** What `OpenDocuments` follows. */
const sync =
	/^(?:textDocument|notebookDocument)\/did(?:Open|Change|Close)$|^workspace\/didChange(?:Configuration|WorkspaceFolders)$/;

const lostAnswer = (method: string) =>
	method.startsWith("textDocument/")
		? { code: ErrorCodes.contentModified, message: `${method}: the server was lost; ask again.` }
		: { code: ErrorCodes.internalError, message: `${method}: the server was lost before it answered.` };
