/**
 * One connected client as features see it: who it is, which sessions it has joined, and the typed way to answer
 * its requests. Parameters are checked here, once; handlers trust them.
 */
import { type CancellationToken, ResponseError } from "vscode-jsonrpc/node";
import { type Connection, ShowMessageRequest } from "vscode-languageserver";
import type { z } from "zod";
import { plainText } from "../../ground/text/plainText.ts";
import type { Cleaned, PlainText } from "../../ground/text/screenText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { PositionEncoding } from "../../protocol/documentSync.ts";
import {
	type EditorNotice,
	type EditorNotification,
	type EditorParams,
	type EditorRequest,
	type EditorResult,
	type EditorSettings,
	editorNotifications,
	editorRequests,
} from "../../protocol/editor.ts";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import {
	type ClientNotifications,
	type ClientRequest,
	type ClientRequests,
	clientMethods,
	type ParamsOf,
	type ResultOf,
} from "../../protocol/index.ts";
import type { Environment } from "../backends/backend.ts";
import type { Outbox } from "../connection/outbox.ts";
import { RequestError, toRequestError } from "../sessions/errors.ts";
import { newId } from "../sessions/ids.ts";
import type { Audience } from "../sessions/participants.ts";
import { HostError } from "../sessions/python/host.ts";
import { withServers } from "../sessions/settings/config.ts";
import { Documents } from "./documents.ts";
import type { EditorQuestion } from "./editorQuestion.ts";

/** What `initialize` told about the client. */
export type ClientFacts = {
	readonly name: string;
	readonly cwd: string;
	/** The folders that a file is looked for in; empty where the client wishes `cwd` for every file. */
	readonly folders: readonly string[];
	readonly environment: Environment;
	readonly canApprove: boolean;
	readonly canInput: boolean;
	/** How positions in this client's documents count. */
	readonly positionEncoding: PositionEncoding;
	/** It knows more than LSP, and shows errors in its own way. */
	readonly speaksAiShell: boolean;
	/** What LSP's own capabilities say. */
	readonly canProgress: boolean;
	readonly canConfigure: boolean;
	readonly canRegisterConfiguration: boolean;
	/** Its person can be asked, as far as is known: LSP has no capability that says that it shows messages with buttons. */
	readonly canAsk: boolean;
	/** It shows code actions. */
	readonly offersActions: boolean;
	/** It shows Markdown where a name is explained. */
	readonly hoversMarkdown: boolean;
};

export class Client {
	readonly participantId = newId();
	readonly rpc: Connection;
	readonly outbox: Outbox;
	/** Sessions this connection has attached to. */
	readonly joined = new Set<string>();
	/** Aborts when the connection has ended: what only this client waits for is not worth finishing. */
	readonly gone: AbortSignal;
	readonly #gone = new AbortController();
	readonly #onLog: (text: string) => void;
	readonly documents = new Documents();
	/** Wishes from the editor's settings; none until it has told some. */
	editorSettings: EditorSettings = {};
	/** Resolves when the editor's settings are known, or will not come. */
	configured: Promise<void> = Promise.resolve();
	/** The session that was made for this client's prompts. */
	ownSessionId: string | null = null;
	/** How many pieces of work this client takes part for, by session, without having joined it. */
	readonly visits = new Map<string, number>();
	/** Tool calls that wait for this editor's person, oldest first. */
	readonly questions = new Map<string, EditorQuestion>();
	#hasButtons = true;
	#facts: ClientFacts = {
		name: "client",
		cwd: "/",
		folders: [],
		environment: {},
		canApprove: false,
		canInput: false,
		positionEncoding: "utf-16",
		speaksAiShell: false,
		canProgress: false,
		canConfigure: false,
		canRegisterConfiguration: false,
		canAsk: false,
		offersActions: false,
		hoversMarkdown: false,
	};

	constructor(rpc: Connection, outbox: Outbox, onLog: (text: string) => void) {
		this.rpc = rpc;
		this.outbox = outbox;
		this.#onLog = onLog;
		this.gone = this.#gone.signal;
	}

	/** The connection has ended. */
	end(): void {
		this.#gone.abort();
	}

	/** Never throws: what is told to a client that is gone is dropped. */
	notify(method: "session/update" | "input/request", params: object): void {
		this.#send(method, params);
	}

	/** Tells the person at an editor: 1 an error, 2 a warning, 3 information. Never throws, as `notify`. */
	say(type: 1 | 2 | 3, message: PlainText): void {
		this.#send("window/showMessage", { type, message });
	}

	/** Asks the person at an editor. Resolves with the button that was taken, `null` when the message was closed. */
	async ask(
		message: PlainText,
		buttons: readonly PlainText[],
		token: CancellationToken,
	): Promise<string | null> {
		const actions = buttons.map((title) => ({ title }));
		const taken = await this.rpc.sendRequest(ShowMessageRequest.type, { type: 2, message, actions }, token);
		return taken?.title ?? null;
	}

	#send(method: string, params: object): void {
		const send = async () => this.rpc.sendNotification(method, params);
		send().catch(() => {}); // the connection has ended, or is about to
	}

	/** A document's name among those of all clients: two editors may have the same file open. */
	documentKey(uri: string): string {
		return `${this.participantId} ${uri}`;
	}

	get facts(): ClientFacts {
		return this.#facts;
	}

	identify(facts: ClientFacts): void {
		this.#facts = { ...facts, environment: withServers(facts.environment) };
		this.documents.encoding = facts.positionEncoding;
	}

	/** Its folders have changed. */
	moveTo(folders: readonly string[]): void {
		this.#facts = { ...this.#facts, folders };
	}

	/** Where a file's session is looked for: in the nearest of the client's folders above it. */
	folderOf(path: string | null): string {
		const { folders, cwd } = this.#facts;
		const above = path === null ? [] : folders.filter((folder) => isIn(path, folder));
		return above.reduce((near, folder) => (folder.length > near.length ? folder : near), above[0] ?? cwd);
	}

	/** Whether it shows messages with buttons; not known before it was sent one. */
	get hasButtons(): boolean {
		return this.#hasButtons;
	}

	/** It was asked with buttons, and knows no such request: code actions remain, where it shows them. */
	withoutButtons(): void {
		this.#hasButtons = false;
		this.#facts = { ...this.#facts, canAsk: this.#facts.offersActions };
	}

	audience(role: "controller" | "observer"): Audience {
		return {
			participantId: this.participantId,
			name: this.#facts.name,
			role,
			canApprove: this.#facts.canApprove,
			canInput: this.#facts.canInput,
			environment: this.#facts.environment,
			send: (update) => this.outbox.send(update),
			requestInput: (request) => this.notify("input/request", request),
		};
	}

	/** Answers a request of ours. What is thrown becomes the fitting wire error. */
	onRequest<M extends ClientRequest>(
		method: M,
		handler: (params: ParamsOf<M>, signal: AbortSignal) => ResultOf<M> | Promise<ResultOf<M>>,
	): void {
		this.#answer(method, (clientMethods as ClientRequests)[method].params, (params, signal) =>
			handler(params as ParamsOf<M>, signal),
		);
	}

	/** Answers one of LSP's own requests. Editors show what they are answered: text of others in it has been cleaned. */
	onEditorRequest<M extends EditorRequest>(
		method: M,
		handler: (
			params: EditorParams<M>,
			signal: AbortSignal,
		) => Cleaned<EditorResult<M>> | Promise<Cleaned<EditorResult<M>>>,
	): void {
		this.#answer(method, editorRequests[method].params, (params, signal) =>
			handler(params as EditorParams<M>, signal),
		);
	}

	#answer(
		method: string,
		schema: z.ZodType,
		handler: (params: unknown, signal: AbortSignal) => unknown,
	): void {
		this.rpc.onRequest(method, async (raw: unknown, token: CancellationToken) => {
			const parsed = schema.safeParse(raw);
			if (!parsed.success) return refusal(ErrorCodes.invalidParams, describeProblems(method, parsed.error));
			const abort = new AbortController();
			// A token that was cancelled before the request was taken up fires no event any more.
			if (token.isCancellationRequested) return cancelled(method);
			const watching = token.onCancellationRequested(() => abort.abort());
			try {
				const result = await handler(parsed.data, abort.signal);
				return abort.signal.aborted ? cancelled(method) : result;
			} catch (error) {
				if (abort.signal.aborted) return cancelled(method);
				return this.#toResponseError(method, error);
			} finally {
				watching.dispose();
			}
		});
	}

	/** Takes a notification of ours. One with wrong parameters is told in the log. */
	onNotification<M extends keyof ClientNotifications>(
		method: M,
		handler: (params: z.infer<ClientNotifications[M]["params"]>) => void,
	): void {
		this.#take(method, (clientMethods as ClientNotifications)[method].params, (params) =>
			handler(params as z.infer<ClientNotifications[M]["params"]>),
		);
	}

	/** Takes one of LSP's own notifications, as `onNotification`. */
	onEditorNotification<M extends EditorNotification>(
		method: M,
		handler: (params: EditorNotice<M>) => void,
	): void {
		this.#take(method, editorNotifications[method].params, (params) => handler(params as EditorNotice<M>));
	}

	#take(method: string, schema: z.ZodType, handler: (params: unknown) => void): void {
		this.rpc.onNotification(method, (raw: unknown) => {
			const parsed = schema.safeParse(raw);
			if (parsed.success) return handler(parsed.data);
			this.#onLog(describeProblems(method, parsed.error));
			this.documents.lose((raw as { textDocument?: { uri?: unknown } | null }).textDocument?.uri);
		});
	}

	#toResponseError(method: string, error: unknown): ResponseError<void> {
		const known = error instanceof HostError ? toRequestError(error) : error;
		if (known instanceof RequestError) return refusal(known.code, known.message);
		this.#onLog(
			`${method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
		);
		return refusal(
			ErrorCodes.internalError,
			`${method} failed: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
}

/** What is wrong with a request is told in a few sentences, however long what was sent is. */
const maxMessageChars = 2000;
const maxProblems = 3;

/** An error is for a person, whoever wrote what it quotes. */
const refusal = (code: number, message: string): ResponseError<void> =>
	new ResponseError(code, plainText(headOf(message, maxMessageChars)));

/** Whether a path lies in a folder; nothing is said to lie in the root. */
export const isIn = (path: string, folder: string): boolean =>
	folder !== "/" && path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);

const cancelled = (method: string) =>
	new ResponseError(ErrorCodes.requestCancelled, `${method} was cancelled`);

const describeProblems = (method: string, error: z.ZodError): string => {
	const told = error.issues
		.slice(0, maxProblems)
		.map(({ path, message }) => `${path.length > 0 ? path.join(".") : "params"}: ${message}`);
	const more = error.issues.length - told.length;
	return `${method}: ${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
};
