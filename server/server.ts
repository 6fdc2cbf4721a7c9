/**
 * A server: its services, and the connections it serves. What `main.ts` starts; tests start it in memory.
 */
import { ResponseError } from "vscode-jsonrpc/node";
import type { InitializeParams } from "vscode-languageserver";
import { realPath } from "../ground/paths/realPath.ts";
import { nearest } from "../ground/text/nearest.ts";
import { plainText } from "../ground/text/plainText.ts";
import { choosePositionEncoding } from "../protocol/documentSync.ts";
import { ErrorCodes } from "../protocol/errorCodes.ts";
import { AiShellClientCapabilities, aiShellVersion, clientMethods } from "../protocol/index.ts";
import { runCommand } from "./commands/runCommand.ts";
import { type ClientConnection, createClientConnection } from "./connection/connection.ts";
import type { Handshake } from "./connection/handshake.ts";
import { Outbox } from "./connection/outbox.ts";
import { Client } from "./features/client.ts";
import type { Services } from "./features/feature.ts";
import { features } from "./features/index.ts";
import { foldersOf } from "./features/workspaceFolders.ts";
import { initializationOptions } from "./initialize.ts";
import { schemaVersion } from "./store/schema.ts";

export type ServerOptions = {
	readonly services: Services;
	/** That of clients that tell none: of whoever started a server for themselves, else nothing. */
	readonly environment: Readonly<Record<string, string>>;
	onLog(text: string): void;
	/** A connection has ended; `exit` means the client asked for it. */
	onConnectionEnded(how: "exit" | "lost" | "closed"): void;
	/** A newer client wants this server to make room. */
	onRetire(): void;
};

export class Server {
	readonly #options: ServerOptions;
	readonly #connections = new Map<ClientConnection, Client>();

	constructor(options: ServerOptions) {
		this.#options = options;
		const { sessions } = options.services;
		sessions.answerCommands((session, line, { by, done }) =>
			runCommand({ session, sessions, by, cell: done, signal: new AbortController().signal }, line),
		);
	}

	get connectionCount(): number {
		return this.#connections.size;
	}

	/** Serves one client until its connection ends. */
	serve(handshake: Handshake): ClientConnection {
		const { services, onLog } = this.#options;
		const connection = createClientConnection({
			handshake,
			onLog,
			onEnded: (how) => {
				this.#connections.delete(connection);
				client.end();
				for (const sessionId of client.joined)
					services.sessions.live
						.find((session) => session.sessionId === sessionId)
						?.participants.leave(client.participantId, how === "exit" ? "detached" : "lost");
				this.#options.onConnectionEnded(how);
			},
		});
		const { rpc, writer } = connection;
		const outbox = new Outbox({
			get pendingBytes() {
				return writer.pendingBytes;
			},
			onceDrained: (callback) => writer.onceDrained(callback),
			send: (update) => client.notify("session/update", update),
		});
		const client = new Client(rpc, outbox, onLog);
		this.#connections.set(connection, client);
		// An editor does not tell a change again.
		handshake.onSkipped(() => client.documents.loseAll());
		rpc.onInitialize((params) => {
			this.#initialize(client, params);
			return { capabilities: {} };
		});
		rpc.onShutdown(() => {});
		client.onRequest("aiShell/retire", ({ schemaVersion: theirs, version }) => {
			const retiring = version > aiShellVersion || (version === aiShellVersion && theirs > schemaVersion);
			if (retiring) setImmediate(() => this.#options.onRetire());
			return { retiring };
		});
		rpc.onRequest((method: string) => unknownMethod(method));
		for (const feature of features) feature.register(client, services);
		connection.listen();
		return connection;
	}

	/** Takes in what the handshake has answered already. */
	#initialize(client: Client, params: InitializeParams): void {
		const options = initializationOptions(params, this.#options.environment);
		const { general, textDocument, window, workspace } = params.capabilities;
		const cwd = realPath(options.cwd);
		const folders = foldersOf(params);
		const announced = AiShellClientCapabilities.safeParse(params.capabilities.experimental?.aiShell);
		client.identify({
			name: options.name ?? params.clientInfo?.name ?? "client",
			cwd,
			// A client that wishes another place than one of its folders means it for all files.
			folders: folders.includes(cwd) ? folders : [],
			environment: options.environment,
			canApprove: announced.success && announced.data.approvals !== undefined,
			canInput: announced.success && announced.data.input !== undefined,
			positionEncoding: choosePositionEncoding(general?.positionEncodings),
			speaksAiShell: announced.success,
			canProgress: window?.workDoneProgress === true,
			canConfigure: workspace?.configuration === true,
			canRegisterConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
			canAsk: !announced.success,
			offersActions: textDocument?.codeAction != null,
			hoversMarkdown: textDocument?.hover?.contentFormat?.includes("markdown") === true,
		});
	}

	/** Ends every connection. */
	dispose(): void {
		for (const connection of [...this.#connections.keys()]) connection.close();
	}
}

const unknownMethod = (method: string): ResponseError<void> => {
	const suggestion = nearest(method, Object.keys(clientMethods));
	return new ResponseError(
		ErrorCodes.methodNotFound,
		plainText(`There is no method ${method}.${suggestion ? ` Did you mean ${suggestion}?` : ""}`),
	);
};
