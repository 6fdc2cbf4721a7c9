/**
 * Finds this person's server, or starts it. Any number of clients may do so at once: one server wins, and every
 * client ends up connected to it.
 */
import type { Socket } from "node:net";
import { ensureRuntimeDir } from "../../../ground/paths/ownFolders.ts";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { connectPrivately } from "../../../ground/paths/privateSocket.ts";
import { type PlaceFacts, serverSocket } from "../../../ground/paths/runtimeDir.ts";
import { aiShellVersion } from "../../../protocol/version.ts";
import { type ClientDescription, openConnection, type ServerConnection } from "./connection.ts";
import { ConnectionLost } from "./connectionErrors.ts";
import { asUnavailable, ServerUnavailable } from "./serverUnavailable.ts";
import { startServer } from "./startServer.ts";

/** A server that leaves at this moment is looked for, or started, anew. */
const joinAttempts = 3;

/** Fails with `ServerUnavailable`. */
export const joinServer = async (client: ClientDescription): Promise<ServerConnection> => {
	for (let attempt = 1; ; attempt++) {
		try {
			return await joinOnce(client);
		} catch (error) {
			if (attempt === joinAttempts || !(error instanceof ConnectionLost)) throw error;
		}
	}
};

const joinOnce = async (client: ClientDescription): Promise<ServerConnection> => {
	const connection = await openConnection(await connectServer(client.environment), client);
	const { version } = connection.aiShell;
	if (version === aiShellVersion) return connection;
	connection.close();
	if (version > aiShellVersion)
		throw new ServerUnavailable(
			`The running ipyai server speaks version ${version} of the protocol, this client version ${aiShellVersion}: update ipyai here, or end that server.`,
		);
	// Ours is newer: it takes over when the old one's turns have ended.
	return openConnection(await replaceServer(client.environment), client);
};

type Environment = PlaceFacts["environment"];

/**
 * A stream to the running server, or to one that is started now; before any handshake. What will be sent there holds
 * the person's keys: fails with `ServerUnavailable` where another user listens or could have.
 */
export const connectServer = (environment: Environment): Promise<Socket> =>
	reachServer(
		environment,
		async (path, facts) => (await connectPrivately(path)) ?? startServer(path, facts, []),
	);

/** The same to a server of this version, which takes over from an older one. */
export const replaceServer = (environment: Environment): Promise<Socket> =>
	reachServer(environment, (path, facts) => startServer(path, facts, ["--replace"]));

const reachServer = async (
	environment: Environment,
	reach: (path: string, facts: PlaceFacts) => Promise<Socket>,
): Promise<Socket> => {
	const facts = placeFacts(environment);
	try {
		ensureRuntimeDir(facts);
		return await reach(serverSocket(facts), facts);
	} catch (error) {
		throw asUnavailable(error);
	}
};
