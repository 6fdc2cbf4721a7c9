/** The one connection of this process to the server: made on first use, and made anew after it was lost. */
import type { InputRequestParams, SessionUpdateParams } from "../../protocol/index.ts";
import type { ServerConnection } from "../common/connection.ts";

export type ServerLinkOptions = {
	readonly env: NodeJS.ProcessEnv;
	cwd(): string;
	onUpdate(update: SessionUpdateParams): void;
	onInputRequest(request: InputRequestParams): void;
	onLost(): void;
};

export class ServerLink {
	readonly #options: ServerLinkOptions;
	#server: Promise<ServerConnection> | null = null;

	constructor(options: ServerLinkOptions) {
		this.#options = options;
	}

	/** Joins the running server or starts it. Fails with `ServerUnavailable`; the next call tries again. */
	readonly connect = (): Promise<ServerConnection> => {
		this.#server ??= this.#join();
		return this.#server;
	};

	async close(): Promise<void> {
		const server = await this.#server?.catch(() => null);
		server?.close();
	}

	async #join(): Promise<ServerConnection> {
		const { env, cwd, onUpdate, onInputRequest, onLost } = this.#options;
		try {
			const { joinServer } = await import("../common/joinServer.ts");
			const server = await joinServer({
				name: "Neovim",
				cwd: cwd(),
				environment: env,
				approvals: true,
				input: true,
			});
			server.onUpdate(onUpdate);
			server.onInputRequest(onInputRequest);
			server.onLost(() => {
				this.#server = null;
				onLost();
			});
			return server;
		} catch (error) {
			this.#server = null;
			throw error;
		}
	}
}
