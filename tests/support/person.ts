/** A person's own folders and environment for real processes; whatever server gets started for them leaves by itself. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { serverSocket } from "../../ground/paths/runtimeDir.ts";
import { until } from "./kernel.ts";

export type Person = {
	readonly folder: string;
	readonly environment: Readonly<Record<string, string>>;
	/** Where their shared server listens. */
	readonly socket: string;
};

/** Start other things of the test after this: it is cleaned up last, when no client is left. */
export const newPerson = (variables: Readonly<Record<string, string>> = {}): Person => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-person-"));
	const environment = {
		PATH: process.env.PATH!,
		HOME: folder,
		XDG_RUNTIME_DIR: join(folder, "run"),
		XDG_STATE_HOME: join(folder, "state"),
		XDG_CONFIG_HOME: join(folder, "config"),
		XDG_DATA_HOME: join(folder, "data"),
		XDG_CACHE_HOME: join(folder, "cache"),
		IPYAI_SERVER_IDLE_MS: "200",
		...variables,
	};
	const socket = serverSocket(placeFacts(environment));
	onTestFinished(async () => {
		// A killed server's socket stays. A live one is not asked often: each visit keeps it from leaving.
		const gone = () => !existsSync(socket);
		while (!gone() && (await answers(socket))) {
			const again = performance.now() + 1000;
			await until(() => gone() || performance.now() > again);
		}
		rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
	});
	return { folder, environment, socket };
};

const answers = (socket: string): Promise<boolean> =>
	new Promise((resolve) => {
		const stream = connect(socket);
		stream.once("error", () => resolve(false));
		stream.once("connect", () => {
			stream.destroy();
			resolve(true);
		});
	});
