/**
 * A typed connection to an ipyai server. Requests fail with `WireError`; after the connection ended every request
 * fails with `ConnectionLost`.
 */
import type { Duplex } from "node:stream";
import {
	CancellationTokenSource,
	createMessageConnection,
	ResponseError,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type {
	AiShellServerCapabilities,
	ClientRequest,
	InputRequestParams,
	ParamsOf,
	ResultOf,
	SessionUpdateParams,
} from "../../../protocol/index.ts";
import { aiShellVersion } from "../../../protocol/version.ts";
import { ConnectionLost, WireError } from "./connectionErrors.ts";

export type ServerConnection = {
	readonly aiShell: AiShellServerCapabilities;
	request<M extends ClientRequest>(
		method: M,
		params: ParamsOf<M>,
		options?: { readonly signal?: AbortSignal },
	): Promise<ResultOf<M>>;
	/** LSP notifications, such as `textDocument/didOpen`. */
	notify(method: string, params: object): void;
	/** Updates come in order. One handler; set it before the first request. */
	onUpdate(handler: (update: SessionUpdateParams) => void): void;
	onInputRequest(handler: (request: InputRequestParams) => void): void;
	/** Called once, when the connection ended and `close` did not ask for it. */
	onLost(handler: () => void): void;
	/** Says goodbye and ends the connection. Sessions go on. */
	close(): void;
};

/** What the person at a client can be asked: nothing, lines that Python waits for, or approvals as well. */
export type Answers = "nothing" | "input" | "everything";

export type ClientDescription = {
	readonly name: string;
	readonly cwd: string;
	/** The environment of the person's shell: keys, base URLs and proxies come from it. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly answers: Answers;
};

/** Does the handshake on an open stream. */
export const openConnection = async (
	stream: Duplex,
	client: ClientDescription,
): Promise<ServerConnection> => {
	const rpc = createMessageConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
	let onUpdate: (update: SessionUpdateParams) => void = () => {};
	let onInputRequest: (request: InputRequestParams) => void = () => {};
	let onLost: () => void = () => {};
	let ended = false;
	const lose = () => {
		if (ended) return;
		ended = true;
		rpc.dispose();
		stream.destroy();
		onLost();
	};
	rpc.onClose(lose);
	rpc.onError(lose);
	stream.on("error", lose);
	rpc.onNotification("session/update", (update: SessionUpdateParams) => onUpdate(update));
	rpc.onNotification("input/request", (request: InputRequestParams) => onInputRequest(request));
	rpc.listen();

	const send = async (method: string, params: object, signal?: AbortSignal): Promise<unknown> => {
		if (ended) throw new ConnectionLost(`${method} was not sent: the connection to the server has ended`);
		const cancellation = new CancellationTokenSource();
		const onAbort = () => cancellation.cancel();
		if (signal?.aborted) onAbort();
		else signal?.addEventListener("abort", onAbort, { once: true });
		let onEnd: () => void = () => {};
		try {
			return await Promise.race([
				rpc.sendRequest(method, params, cancellation.token),
				// vscode-jsonrpc leaves requests open when the connection closes.
				new Promise<never>((_, reject) => {
					onEnd = () =>
						reject(new ConnectionLost(`${method} was not answered: the connection to the server ended`));
					stream.once("close", onEnd);
				}),
			]);
		} catch (error) {
			// vscode-jsonrpc rejects what is open with an error of its own when the connection ends.
			if (ended) throw new ConnectionLost(`${method} was not answered: the connection to the server ended`);
			if (error instanceof ResponseError) throw new WireError(error.code, error.message);
			throw error;
		} finally {
			stream.off("close", onEnd);
			signal?.removeEventListener("abort", onAbort);
		}
	};

	stream.setMaxListeners(0);
	const environment: Record<string, string> = {};
	for (const [name, value] of Object.entries(client.environment))
		if (value !== undefined) environment[name] = value;
	const { capabilities } = (await send("initialize", {
		processId: process.pid,
		clientInfo: { name: client.name },
		rootUri: null,
		capabilities: {
			experimental: {
				aiShell: {
					version: aiShellVersion,
					...(client.answers === "everything" ? { approvals: {} } : {}),
					...(client.answers !== "nothing" ? { input: {} } : {}),
				},
			},
		},
		initializationOptions: { aiShell: { name: client.name, cwd: client.cwd, environment } },
	})) as { capabilities: { experimental: { aiShell: AiShellServerCapabilities } } };
	// A notification that cannot be written has nobody to tell: the connection's end is told by `onLost`.
	const tell = (method: string, params?: object): Promise<void> =>
		rpc.sendNotification(method, params).catch(() => {});
	void tell("initialized", {});

	return {
		aiShell: capabilities.experimental.aiShell,
		request: (method, params, options) => send(method, params, options?.signal) as never,
		notify: (method, params) => {
			if (!ended) void tell(method, params);
		},
		onUpdate: (handler) => {
			onUpdate = handler;
		},
		onInputRequest: (handler) => {
			onInputRequest = handler;
		},
		onLost: (handler) => {
			onLost = handler;
		},
		close: () => {
			if (ended) return;
			ended = true;
			void tell("exit").finally(() => {
				rpc.dispose();
				stream.end();
			});
		},
	};
};
