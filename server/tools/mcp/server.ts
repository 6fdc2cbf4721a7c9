/**
 * One MCP server of a session: started, listed, called, and started once more when it ends by itself. When it soon ends
 * again it has failed, with the reason.
 */

import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { Content } from "../../../protocol/index.ts";
import { failure, type Outcome, type RunOptions, type Tool } from "../tool.ts";
import type { Fetch } from "./boundedFetch.ts";
import { type Listed, LoginNeeded, McpConnection, type Offer } from "./connection.ts";
import { type BegunLogin, beginLogin, type LoginStore, storedLogin } from "./login.ts";
import { resourceTool } from "./resources.ts";
import { contentOf } from "./results.ts";
import { expandForm, formName, type ServerForm } from "./serverForm.ts";
import { readTools, type ServerTool, serverTool, type ToolSource } from "./serverTools.ts";

export type ServerState =
	| { readonly kind: "starting" }
	| { readonly kind: "ready" }
	/** `reason` is a clause: "it ended with code 1". */
	| { readonly kind: "failed"; readonly reason: string }
	| { readonly kind: "needsLogin" }
	| { readonly kind: "stopped" };

export type ConfiguredServer = {
	readonly name: string;
	readonly form: ServerForm;
	/** The folder that its program starts in. */
	readonly cwd: string;
};

export type ServerSurroundings = {
	place: ToolSource["place"];
	/** What the session works on. */
	root(): string;
	/** What settings may name. */
	variables(): Readonly<Record<string, string>>;
	/** What a program gets beside that. */
	environment(): Readonly<Record<string, string>>;
	fetch(): Fetch;
	/** What is kept of logins. */
	logins(): LoginStore;
	/** Its tools are others now. */
	onChanged(): void;
	/** What a person should know. */
	tell(level: "info" | "warning", text: string): void;
};

/** Lists that change so often are followed: each change is told to the model. */
const maxListChanges = 20;
/** How much is shown of what a call says of its progress: one piece of news, and all. */
const maxNewsLine = 500;
const maxNewsChars = 20_000;
/** A server that ends again before this time is not started again. */
const restartEveryMs = 60_000;
/** Changes that come together are one. */
const settleMs = 200;

export class McpServer {
	readonly configured: ConfiguredServer;
	readonly #around: ServerSurroundings;
	#state: ServerState = { kind: "starting" };
	#connection: McpConnection | null = null;
	#starting: Promise<void> = Promise.resolve();
	#stop = new AbortController();
	#tools: readonly Tool[] = [];
	#problems: readonly string[] = [];
	/** When it ended by itself last, and was started again for that. */
	#restartedAt = Number.NEGATIVE_INFINITY;
	#login: { readonly begun: BegunLogin; readonly abort: AbortController } | null = null;
	#listChanges = 0;
	#listing: NodeJS.Timeout | null = null;

	constructor(configured: ConfiguredServer, around: ServerSurroundings) {
		this.configured = configured;
		this.#around = around;
	}

	get name(): string {
		return this.configured.name;
	}

	get state(): ServerState {
		return this.#state;
	}

	/** What was left out of its tools, in sentences. */
	get problems(): readonly string[] {
		return this.#problems;
	}

	/** The same list as long as nothing changes in it. */
	get tools(): readonly Tool[] {
		return this.#tools;
	}

	/** Resolves when it is ready or has failed. Never rejects. */
	start(): Promise<void> {
		this.#stop = new AbortController();
		this.#restartedAt = Number.NEGATIVE_INFINITY;
		this.#starting = this.#open();
		return this.#starting;
	}

	/** Begins a person's login there; what was begun before is given up. Rejects with a sentence. */
	async beginLogin(): Promise<BegunLogin> {
		const { logins, fetch } = this.#around;
		this.#login?.abort.abort();
		const abort = new AbortController();
		this.#stop.signal.addEventListener("abort", () => abort.abort(), { once: true });
		const begun = await beginLogin(this.#address(), logins(), fetch(), abort.signal);
		this.#login = { begun, abort };
		return begun;
	}

	/** The address that a browser ended at. Throws a sentence. */
	finishLogin(address: string): void {
		if (this.#login === null)
			throw new Error(`no login at ${this.name} waits: %ipyai mcp login ${this.name}`);
		this.#login.begun.finish(address);
	}

	/** Whether there was one. */
	forgetLogin(): boolean {
		const [logins, url] = [this.#around.logins(), this.#address()];
		const known = logins.read(url) !== null;
		logins.write(url, null);
		return known;
	}

	#address(): string {
		const form = expandForm(this.configured.form, this.#around.variables());
		if ("missing" in form || form.kind !== "http")
			throw new Error(`${this.name} has no address to log in at.`);
		return form.url;
	}

	/** What it has of these. Rejects with a sentence. */
	async list(offer: Offer, signal: AbortSignal): Promise<Listed[]> {
		return (await this.#connected()).list(offer, signal);
	}

	/** Whether it has any of these, as far as it said so. */
	offers(offer: Offer): boolean {
		return this.#connection?.offers(offer) ?? false;
	}

	/** Rejects with a sentence. */
	async read(uri: string, signal: AbortSignal): Promise<Listed> {
		return (await this.#connected()).read(uri, signal);
	}

	async prompt(name: string, args: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Listed> {
		return (await this.#connected()).prompt(name, args, signal);
	}

	/** Resolves when nothing of it is left. */
	async dispose(): Promise<void> {
		this.#stop.abort();
		this.#state = { kind: "stopped" };
		this.#tools = [];
		if (this.#listing) clearTimeout(this.#listing);
		const connection = this.#connection;
		this.#connection = null;
		await Promise.all([connection?.close(), this.#starting]);
	}

	async #open(): Promise<void> {
		const { signal } = this.#stop;
		this.#state = { kind: "starting" };
		const around = this.#around;
		const form = expandForm(this.configured.form, around.variables());
		if ("missing" in form) {
			const names = form.missing.join(", ");
			return this.#fail(`its settings name ${names}, which your shell has not set`);
		}
		try {
			const connection = await McpConnection.open(
				{
					form,
					cwd: this.configured.cwd,
					root: around.root(),
					environment: around.environment(),
					fetch: around.fetch(),
					login: form.kind === "http" ? storedLogin(form.url, around.logins()) : null,
					onToolsChanged: () => this.#listSoon(),
					onEnd: (reason) => this.#onEnd(reason),
				},
				signal,
			);
			this.#connection = connection;
			await this.#list(connection, signal);
			if (signal.aborted) return await connection.close();
			this.#state = { kind: "ready" };
		} catch (error) {
			await this.#connection?.close();
			this.#connection = null;
			if (signal.aborted) return;
			if (error instanceof LoginNeeded) {
				this.#state = { kind: "needsLogin" };
				this.#tools = [];
				this.#tellLogin();
			} else this.#fail((error as Error).message);
		}
	}

	#fail(reason: string): void {
		this.#state = { kind: "failed", reason };
		this.#tools = [];
		const next = `%ipyai mcp restart ${this.name} tries again.`;
		this.#around.tell("warning", `The MCP server ${this.name} cannot be used: ${reason}. ${next}`);
	}

	#onEnd(reason: string): void {
		if (this.#stop.signal.aborted || this.#state.kind !== "ready") return;
		void this.#connection?.close();
		this.#connection = null;
		if (performance.now() - this.#restartedAt < restartEveryMs) {
			this.#fail(`it ended again: ${reason}`);
			this.#around.onChanged();
			return;
		}
		this.#restartedAt = performance.now();
		this.#around.tell("warning", `The MCP server ${this.name} ended (${reason}) and is started again.`);
		const before = JSON.stringify(this.#tools);
		this.#starting = this.#open().then(() => {
			if (JSON.stringify(this.#tools) !== before) this.#around.onChanged();
		});
	}

	async #list(connection: McpConnection, signal: AbortSignal): Promise<void> {
		const { tools, problems } = readTools(this.name, await connection.list("tools", signal));
		this.#problems = problems;
		const { name, form } = this.configured;
		const source: ToolSource = {
			server: name,
			what: formName(form),
			identity: JSON.stringify(this.configured),
			place: this.#around.place,
			call: (tool, args, options) => this.#call(tool, args, options),
		};
		const made = tools.map((tool) => serverTool(tool, source));
		if (!connection.offers("resources")) this.#tools = made;
		else {
			const resources = resourceTool({
				...source,
				list: (stop) => this.list("resources", stop),
				read: (uri, stop) => this.read(uri, stop),
			});
			// A tool of the server's own that has this name goes before.
			this.#tools = [...made, ...(made.some((tool) => tool.name === resources.name) ? [] : [resources])];
		}
	}

	#listSoon(): void {
		if (this.#listing || this.#state.kind !== "ready" || this.#listChanges >= maxListChanges) return;
		this.#listing = setTimeout(() => {
			this.#listing = null;
			void this.#listAgain();
		}, settleMs);
	}

	async #listAgain(): Promise<void> {
		const connection = this.#connection;
		if (connection === null) return;
		const before = JSON.stringify(this.#tools);
		try {
			await this.#list(connection, this.#stop.signal);
		} catch {
			// Those that are known stay: a call of one that is gone is answered by the server.
			return;
		}
		if (JSON.stringify(this.#tools) === before) return;
		this.#around.onChanged();
		if (++this.#listChanges === maxListChanges)
			this.#around.tell(
				"warning",
				`The MCP server ${this.name} has changed its tools ${maxListChanges} times: later changes are not followed.`,
			);
	}

	async #connected(): Promise<McpConnection> {
		if (this.#state.kind === "starting") await this.#starting;
		if (this.#connection !== null) return this.#connection;
		throw new Error(`the MCP server ${this.name} ${whyNot(this.#state)}`);
	}

	async #call(tool: ServerTool, args: object, { signal, onOutput }: RunOptions): Promise<Outcome> {
		let connection: McpConnection;
		try {
			connection = await this.#connected();
		} catch (error) {
			return failure(`Not run: ${(error as Error).message}.`);
		}
		signal.throwIfAborted();
		try {
			let room = maxNewsChars;
			const answer = await connection.call(tool.own, args, signal, (news) => {
				const text = headOf(news.toWellFormed(), Math.min(room, maxNewsLine));
				room -= text.length;
				if (text !== "") onOutput(`${text}\n`);
			});
			const content = contentOf(answer.content, answer.structuredContent);
			const none: Content = { kind: "text", text: "(no output)" };
			return { content: content.length > 0 ? content : [none], isError: answer.isError === true };
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof LoginNeeded) this.#tellLogin();
			return failure(
				`The MCP server ${this.name} did not answer: ${(error as Error).message}. Whether it did anything is not known.`,
			);
		}
	}

	#tellLogin(): void {
		const text = `The MCP server ${this.name} wants a login: %ipyai mcp login ${this.name}.`;
		this.#around.tell("warning", text);
	}
}

const whyNot = (state: ServerState): string => {
	switch (state.kind) {
		case "failed":
			return `has failed: ${state.reason}`;
		case "needsLogin":
			return "wants a login of the person's first";
		case "stopped":
			return "is not used any more";
		case "starting":
		case "ready":
			return "has just ended";
		default:
			return state satisfies never;
	}
};
