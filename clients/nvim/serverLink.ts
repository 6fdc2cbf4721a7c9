/** The one connection of this process to the server: made on first use, and made anew after it was lost. */
import type { InputRequestParams, SessionUpdateParams } from "../../protocol/index.ts";
import type { ServerConnection } from "../common/server/connection.ts";

export type ServerLinkOptions = {
	readonly env: NodeJS.ProcessEnv;
	cwd(): string;
};

export class ServerLink {
	readonly #options: ServerLinkOptions;
	#server: Promise<ServerConnection> | null = null;
	#onUpdate: (update: SessionUpdateParams) => void = () => {};
	#onInputRequest: (request: InputRequestParams) => void = () => {};
	#onLost: () => void = () => {};

	constructor(options: ServerLinkOptions) {
		this.#options = options;
	}

	/** Joins the running server or starts it. Fails with `ServerUnavailable`; the next call tries again. */
	readonly connect = (): Promise<ServerConnection> => {
		this.#server ??= this.#join();
		return this.#server;
	};

	/** The connection as a session has it: told of what happens there from now on; closing it leaves it open for others. */
	readonly forSession = async (): Promise<ServerConnection> => {
		const server = await this.connect();
		return {
			...server,
			onUpdate: (handler) => {
				this.#onUpdate = handler;
			},
			onInputRequest: (handler) => {
				this.#onInputRequest = handler;
			},
			onLost: (handler) => {
				this.#onLost = handler;
			},
			close: () => {},
		};
	};

	async close(): Promise<void> {
		const server = await this.#server?.catch(() => null);
		server?.close();
	}

	async #join(): Promise<ServerConnection> {
		const { env, cwd } = this.#options;
		try {
			const { joinServer } = await import("../common/server/joinServer.ts");
			const server = await joinServer({
				name: "Neovim",
				cwd: cwd(),
				environment: env,
				answers: "everything",
			});
			server.onUpdate((update) => this.#onUpdate(update));
			server.onInputRequest((request) => this.#onInputRequest(request));
			server.onLost(() => {
				this.#server = null;
				this.#onLost();
			});
			return server;
		} catch (error) {
			this.#server = null;
			throw error;
		}
	}
}
