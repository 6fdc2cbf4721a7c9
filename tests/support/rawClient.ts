/** A client that speaks frames by hand, for what a well-behaved client never sends, and for recording exchanges. */
import type { Duplex } from "node:stream";
import { frame, type Message, readFrames } from "./frames.ts";

export type { Message } from "./frames.ts";

export type RawClient = {
	/** Everything that came, in order. */
	readonly received: Message[];
	/** Sends a message, or a body as it is. */
	send(message: Message | string): void;
	/** Resolves with the first message, past or to come, that fits. */
	until(fits: (message: Message) => boolean): Promise<Message>;
	/** Resolves once so many messages have come. */
	count(messages: number): Promise<Message[]>;
};

export const rawClient = (stream: Duplex): RawClient => {
	const received: Message[] = [];
	const waiting = new Set<() => void>();
	const read = readFrames((message) => {
		received.push(message);
		for (const each of [...waiting]) each();
	});
	stream.on("data", read);
	const when = <T>(look: () => T | undefined): Promise<T> =>
		new Promise((resolve) => {
			const check = () => {
				const found = look();
				if (found === undefined) return;
				waiting.delete(check);
				resolve(found);
			};
			waiting.add(check);
			check();
		});
	return {
		received,
		send: (message) => {
			stream.write(frame(message));
		},
		until: (fits) => when(() => received.find(fits)),
		count: (messages) => when(() => (received.length >= messages ? received : undefined)),
	};
};
