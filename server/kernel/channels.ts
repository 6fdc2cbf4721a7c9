/**
 * A kernel's four message channels over ZMQ, plus its heartbeat. Messages of one channel are sent and told in order.
 */
import { setImmediate } from "node:timers/promises";
import type { Dealer, Subscriber } from "zeromq";
import type { ChannelName, Connection } from "./connectionFile.ts";
import { decode, encode, type Message } from "./wire.ts";

export type MessageChannel = Exclude<ChannelName, "hb">;

export type Channels = {
	/** Resolves when all four sockets are connected: before, the kernel drops what it has for one of them. */
	readonly connected: Promise<void>;
	send(channel: Exclude<MessageChannel, "iopub">, message: Message): void;
	/** One heartbeat; resolves false when none came back in time. */
	isBeating(timeoutMs: number): Promise<boolean>;
	close(): void;
};

export type ChannelListener = {
	onMessage(channel: MessageChannel, message: Message): void;
	/** A socket lost the kernel: it ended, or it will be back by itself. */
	onDisconnect(): void;
};

/** For so long a socket's messages are taken in one go. */
const turnMs = 5;

export const openChannels = async (
	connection: Connection,
	identity: string,
	listener: ChannelListener,
): Promise<Channels> => {
	// Loaded with the first kernel: a native library that a server without kernels does not need.
	const zmq = await import("zeromq");
	// We connect before the kernel listens; with a growing interval the connection would come long after it does.
	const quick = { linger: 0, reconnectInterval: 8 };
	const dealer = () =>
		new zmq.Dealer({ ...quick, routingId: identity, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
	const sockets = {
		shell: dealer(),
		// input_request finds its way by the identity that the execute_request had on shell.
		stdin: dealer(),
		control: dealer(),
		// The default limit of 1000 waiting messages would drop output.
		iopub: new zmq.Subscriber({ ...quick, receiveHighWaterMark: 0 }),
	};
	const heartbeats = new Set<{ close(): void }>();
	let closed = false;

	const listen = async (channel: MessageChannel, socket: Dealer | Subscriber): Promise<void> => {
		let yieldedAt = performance.now();
		try {
			for await (const frames of socket) {
				const message = decode(frames, connection.key);
				if (message && !closed) listener.onMessage(channel, message);
				// Messages that are there already come without a turn of the loop, in which everybody else would wait.
				if (performance.now() - yieldedAt < turnMs) continue;
				await setImmediate();
				yieldedAt = performance.now();
			}
		} catch (error) {
			if (!closed) throw error;
		}
	};
	const handshake = (socket: Dealer | Subscriber): Promise<void> =>
		new Promise((resolve) => socket.events.on("handshake", () => resolve()));

	sockets.iopub.subscribe();
	const handshakes = Object.values(sockets).map(handshake);
	for (const [channel, socket] of Object.entries(sockets) as [MessageChannel, Dealer | Subscriber][]) {
		socket.events.on("disconnect", () => {
			if (!closed) listener.onDisconnect();
		});
		socket.connect(connection.address(channel));
		void listen(channel, socket);
	}

	const tails = new Map<MessageChannel, Promise<void>>();
	return {
		connected: Promise.all(handshakes).then(() => undefined),
		send: (channel, message) => {
			if (closed) return;
			// A socket takes one send at a time.
			const sent = (tails.get(channel) ?? Promise.resolve())
				.then(() => (closed ? undefined : sockets[channel].send(encode(message, connection.key))))
				.catch((error) => {
					if (!closed) throw error;
				});
			tails.set(channel, sent);
		},
		isBeating: async (timeoutMs) => {
			const socket = new zmq.Request({ linger: 0, sendTimeout: timeoutMs, receiveTimeout: timeoutMs });
			heartbeats.add(socket);
			try {
				socket.connect(connection.address("hb"));
				await socket.send("ping");
				await socket.receive();
				return true;
			} catch {
				return false; // timed out, or closed meanwhile
			} finally {
				heartbeats.delete(socket);
				socket.close();
			}
		},
		close: () => {
			if (closed) return;
			closed = true;
			for (const socket of [...Object.values(sockets), ...heartbeats]) socket.close();
		},
	};
};
