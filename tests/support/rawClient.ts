/** A client that speaks frames by hand, for what a well-behaved client never sends, and for recording exchanges. */
import type { Duplex } from "node:stream";

export type Message = {
	readonly id?: number | string | null;
	readonly method?: string;
	readonly params?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string };
};

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
	let bytes = Buffer.alloc(0);
	stream.on("data", (chunk: Buffer) => {
		bytes = Buffer.concat([bytes, chunk]);
		for (;;) {
			const end = bytes.indexOf("\r\n\r\n");
			if (end < 0) return;
			const length = Number(/Content-Length: (\d+)/.exec(bytes.subarray(0, end).toString())![1]);
			if (bytes.length < end + 4 + length) return;
			received.push(JSON.parse(bytes.subarray(end + 4, end + 4 + length).toString()));
			bytes = bytes.subarray(end + 4 + length);
			for (const each of [...waiting]) each();
		}
	});
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
			const body = typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message });
			stream.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
		},
		until: (fits) => when(() => received.find(fits)),
		count: (messages) => when(() => (received.length >= messages ? received : undefined)),
	};
};
