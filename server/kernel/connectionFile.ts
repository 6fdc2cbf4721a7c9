/** Jupyter's connection file: where a kernel's sockets are and with what key messages are signed. */
import { closeSync, constants, readSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openOwnFile } from "../../ground/paths/privateFiles.mjs";
import { HostError } from "../sessions/python/host.ts";

export type Connection = {
	readonly key: string;
	address(channel: ChannelName): string;
	/** Socket files of an `ipc` kernel: to be removed when it is gone. */
	readonly socketFiles: readonly string[];
};

export type ChannelName = "shell" | "iopub" | "stdin" | "control" | "hb";

const channels: readonly ChannelName[] = ["shell", "iopub", "stdin", "control", "hb"];

/** A file that is there is written whole within this time. */
const writtenWithinMs = 2000;
const lookEveryMs = 30;

/**
 * Waits for a file that is not there yet, or not whole: a kernel writes its own as it starts. Fails as `readConnectionFile`
 * does after `limitMs`, or as soon as nobody `isComing` who would write it.
 */
export const awaitConnectionFile = async (
	path: string,
	limitMs: number,
	signal: AbortSignal,
	isComing: () => Promise<boolean>,
): Promise<Connection> => {
	const start = performance.now();
	let seenAt: number | null = null;
	for (;;) {
		signal.throwIfAborted();
		try {
			return await readConnectionFile(path);
		} catch (error) {
			const now = performance.now();
			if (!isMissing(error)) seenAt ??= now;
			const isWhole = seenAt !== null && now - seenAt >= Math.min(writtenWithinMs, limitMs);
			if (isWhole || now - start >= limitMs || !(await isComing())) throw error;
			await delay(lookEveryMs, null, { ref: false });
		}
	}
};

const isMissing = (error: unknown): boolean => {
	for (let at = error; at instanceof Error; at = at.cause)
		if ((at as NodeJS.ErrnoException).code === "ENOENT") return true;
	return false;
};

/** Fails with `HostError` where there is none, or where another user could have put it there. */
export const readConnectionFile = async (path: string): Promise<Connection> => {
	let parsed: unknown;
	try {
		parsed = JSON.parse(readOwnText(path));
	} catch (cause) {
		const why =
			cause instanceof SyntaxError
				? `${path} is not a Jupyter connection file: it is not JSON.`
				: `No kernel: ${(cause as Error).message}`;
		throw new HostError("failed", why, { cause });
	}
	return toConnection(parsed, path);
};

/** Connection files have some 300 bytes. */
const maxBytes = 64 * 1024;

const readOwnText = (path: string): string => {
	const file = openOwnFile(path, constants.O_RDONLY);
	try {
		const bytes = Buffer.alloc(maxBytes);
		return bytes.toString("utf8", 0, readSync(file, bytes));
	} finally {
		closeSync(file);
	}
};

/** What stands in a connection file; `name` is told when it is not what ipyai can use. */
export const toConnection = (parsed: unknown, name: string): Connection => {
	const wrong = (what: string) =>
		new HostError("failed", `${name} is not a Jupyter connection file that ipyai can use: ${what}.`);
	if (typeof parsed !== "object" || parsed === null) throw wrong("it is not an object");
	const fields = parsed as Record<string, unknown>;
	const { transport = "tcp", ip, key = "" } = fields;
	if (transport !== "tcp" && transport !== "ipc") throw wrong(`its transport is ${String(transport)}`);
	if (typeof ip !== "string" || typeof key !== "string") throw wrong("ip or key is missing");
	if (key && (fields.signature_scheme ?? "hmac-sha256") !== "hmac-sha256")
		throw wrong(`its signature scheme is ${String(fields.signature_scheme)}`);
	const ports = new Map<ChannelName, number>();
	for (const channel of channels) {
		const port = fields[`${channel}_port`];
		if (typeof port !== "number" || port <= 0) throw wrong(`${channel}_port is missing`);
		ports.set(channel, port);
	}
	const place = (channel: ChannelName) => `${ip}${transport === "ipc" ? "-" : ":"}${ports.get(channel)}`;
	return {
		key,
		address: (channel) => `${transport}://${place(channel)}`,
		socketFiles: transport === "ipc" ? channels.map(place) : [],
	};
};
