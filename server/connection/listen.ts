/**
 * Listens on a unix socket in a folder of the person's own. The caller holds the server lock, so a socket file that
 * is there already belongs to nobody.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { reasonOf } from "../../ground/paths/fileReason.mjs";
import { PrivatePathError } from "../../ground/paths/privatePathError.mjs";

/** Fails with `PrivatePathError`. */
export const listenOnSocket = async (
	path: string,
	onConnection: (socket: Socket) => void,
): Promise<Server> => {
	rmSync(path, { force: true });
	const listener = createServer({ noDelay: true }, onConnection);
	await new Promise<void>((resolve, reject) => {
		listener.once("error", (cause) =>
			reject(new PrivatePathError(`${path} could not be listened on: ${reasonOf(cause)}.`, { cause })),
		);
		// Nobody may connect between bind and chmod.
		const before = process.umask(0o177);
		listener.listen(path, () => resolve());
		process.umask(before);
	});
	chmodSync(path, 0o600);
	return listener;
};
