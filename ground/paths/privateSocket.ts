/** Connects to a socket of this person's, and to nobody else's. */
import { connect, type Socket } from "node:net";
import { closeToOthers, isOwnSocket } from "./privateFiles.mjs";
import { checkWay } from "./privateWay.mjs";

/**
 * `null` where nobody listens. Fails with `PrivatePathError` before anything is sent when another user made the socket
 * or could have.
 */
export const connectPrivately = async (path: string): Promise<Socket | null> => {
	checkWay(path);
	if (!isOwnSocket(path)) return null;
	closeToOthers(path);
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.setNoDelay();
		socket.once("connect", () => {
			socket.removeAllListeners("error");
			resolve(socket);
		});
		socket.once("error", () => resolve(null));
	});
};
