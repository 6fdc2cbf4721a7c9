/**
 * One `codex app-server`: JSON-RPC in lines over its stdin and stdout, many threads at once. Every request it makes
 * is answered, since a turn waits for the answer.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Lines } from "../programs/lines.ts";

/** A message of a thread, as Codex sends it. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes are Codex's, of whatever version is installed
export type Params = any;

export type ThreadListener = {
	onNotification(method: string, params: Params): void;
	onEnd(reason: string): void;
	callTool(params: Params): Promise<unknown>;
	/** Whether Codex may run a command or change files. */
	permit(params: Params): Promise<boolean>;
};

/** Codex refused a request or is gone. */
export class CodexError extends Error {
	override readonly name = "CodexError";
}

/**
 * What would reach beyond the conversation, or act without asking. A terminal is among it: whoever may type into a
 * shell once could run anything with it.
 */
const disabledFeatures = [
	"apps",
	"goals",
	"image_generation",
	"memories",
	"multi_agent",
	"plugins",
	"shell_snapshot",
	"unified_exec_tty",
	"view_image",
];

/** What belongs to the person's own use of Codex: news, notices, their project's notes. */
const settings = ["check_for_update_on_startup=false", "notify=[]", "project_doc_max_bytes=0"];

export class AppServer {
	readonly ready: Promise<void>;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #listeners = new Map<string, ThreadListener>();
	readonly #waiting = new Map<number, { resolve(result: Params): void; reject(error: CodexError): void }>();
	#nextId = 1;
	#asksAboutAll = false;
	#ended: string | null = null;
	#lastError = "";

	constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
		const [program = "codex", ...args] = command;
		const off = [...disabledFeatures.map((feature) => `features.${feature}=false`), ...settings].flatMap(
			(setting) => ["-c", setting],
		);
		this.#child = spawn(program, [...args, ...off, "app-server"], {
			env: { ...environment },
			stdio: "pipe",
		});
		this.#child.on("error", (error) => this.#end(error.message));
		this.#child.on("exit", (code, signal) =>
			this.#end(`it ended with ${signal ?? `exit code ${code}`}${this.#lastError && `: ${this.#lastError}`}`),
		);
		// Writing to a process that is ending fails; its end is told by the events above.
		this.#child.stdin.on("error", () => {});
		this.#child.stderr.on("data", (data) => {
			this.#lastError = String(data).trim().slice(-300);
		});
		const lines = new Lines();
		this.#child.stdout.on("data", (bytes) => {
			let whole: string[] = [];
			try {
				whole = this.#ended === null ? lines.feed(bytes) : [];
			} catch (error) {
				this.#end(`of what it says ${(error as Error).message}`);
				this.#child.kill();
			}
			for (const line of whole) this.#take(line);
		});
		this.ready = this.#initialize();
		// Told to whoever makes the first request.
		this.ready.catch(() => {});
	}

	/** Under its policy `untrusted` it asks about every use of its own tools. Known once it is `ready`. */
	get asksAboutAll(): boolean {
		return this.#asksAboutAll;
	}

	get ended(): boolean {
		return this.#ended !== null;
	}

	/** No turn runs on it. */
	get isIdle(): boolean {
		return this.#listeners.size === 0;
	}

	listen(threadId: string, listener: ThreadListener | null): void {
		if (listener === null) this.#listeners.delete(threadId);
		else this.#listeners.set(threadId, listener);
	}

	request(method: string, params: Params): Promise<Params> {
		return new Promise((resolve, reject) => {
			if (this.#ended !== null) return reject(new CodexError(this.#ended));
			const id = this.#nextId++;
			this.#waiting.set(id, { resolve, reject });
			this.#write({ id, method, params });
		});
	}

	/** Ends the process; resolves once it is gone. */
	async close(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
			return;
		const gone = new Promise((resolve) => this.#child.once("exit", resolve));
		this.#child.kill();
		await gone;
	}

	async #initialize(): Promise<void> {
		const { userAgent } = await this.request("initialize", {
			clientInfo: { name: "ipyai", title: "ipyai", version: "1" },
			capabilities: { experimentalApi: true },
		});
		this.#asksAboutAll = isSince(userAgent, firstThatAsks);
		this.#write({ method: "initialized" });
	}

	#write(message: object): void {
		this.#child.stdin.write(`${JSON.stringify(message)}\n`);
	}

	#take(line: string): void {
		let message: Params;
		try {
			message = JSON.parse(line);
		} catch {
			// Not a message: some versions print a warning here.
			return;
		}
		if (message.method === undefined) {
			const waiting = this.#waiting.get(message.id);
			this.#waiting.delete(message.id);
			if (message.error) waiting?.reject(new CodexError(message.error.message));
			else waiting?.resolve(message.result);
		} else if (message.id !== undefined) this.#answer(message);
		else this.#listeners.get(message.params?.threadId)?.onNotification(message.method, message.params);
	}

	async #answer({ id, method, params }: Params): Promise<void> {
		const listener = this.#listeners.get(params?.threadId);
		if (method === "item/tool/call" && listener !== undefined)
			this.#write({ id, result: await listener.callTool(params) });
		else if (permissions.has(method) && listener !== undefined)
			this.#write({ id, result: { decision: (await listener.permit(params)) ? "accept" : "decline" } });
		else if (method in refusals) this.#write({ id, result: refusals[method] });
		else this.#write({ id, error: { code: -32601, message: `ipyai does not answer ${method}.` } });
	}

	#end(reason: string): void {
		if (this.#ended !== null) return;
		this.#ended = reason;
		for (const { reject } of this.#waiting.values()) reject(new CodexError(reason));
		this.#waiting.clear();
		for (const listener of [...this.#listeners.values()]) listener.onEnd(reason);
	}
}

/** Earlier ones let commands that only read pass, and know no way to keep a command from a terminal. */
const firstThatAsks = [0, 169] as const;

/** Whether the version that a program tells of itself, as `ipyai/0.169.0 (...)`, is that one or a later one. */
const isSince = (userAgent: unknown, [major, minor]: readonly [number, number]): boolean => {
	const [, first, second] = /\/(\d+)\.(\d+)\./.exec(String(userAgent)) ?? [];
	return Number(first) > major || (Number(first) === major && Number(second) >= minor);
};

/** What Codex's own tools ask. */
const permissions: ReadonlySet<string> = new Set([
	"item/commandExecution/requestApproval",
	"item/fileChange/requestApproval",
]);

/** What else asks, or asks when no turn runs, is refused. */
const refusals: Readonly<Record<string, unknown>> = {
	"item/tool/call": { contentItems: [{ type: "inputText", text: "No turn is running." }], success: false },
	"item/commandExecution/requestApproval": { decision: "decline" },
	"item/fileChange/requestApproval": { decision: "decline" },
	"item/permissions/requestApproval": { permissions: {}, scope: "turn" },
	"item/tool/requestUserInput": { answers: {} },
	"mcpServer/elicitation/request": { action: "decline" },
};
