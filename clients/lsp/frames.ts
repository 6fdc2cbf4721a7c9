/** LSP's framing, keeping the bytes: a frame is forwarded as it came, and its message is looked at beside that. */
import type { Readable } from "node:stream";

export type Frame = { readonly bytes: Buffer; readonly message: Message | null };

/** A message as far as a proxy looks at it. */
export type Message = {
	readonly id?: string | number | null;
	readonly method?: string;
	readonly params?: Readonly<Record<string, unknown>>;
	readonly result?: unknown;
	readonly error?: unknown;
};

const headerEnd = Buffer.from("\r\n\r\n");

/** Hands on each frame of a stream. Bytes that belong to no frame are dropped up to the next header. */
export const readFrames = (stream: Readable, onFrame: (frame: Frame) => void): void => {
	let chunks: Buffer[] = [];
	let buffered = 0;
	let wanted = 0;
	stream.on("data", (chunk: Buffer) => {
		chunks.push(chunk);
		buffered += chunk.length;
		while (buffered >= wanted && buffered > 0) {
			const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
			const frame = takeFrame(whole);
			chunks = frame.rest.length > 0 ? [frame.rest] : [];
			buffered = frame.rest.length;
			wanted = frame.wanted;
			if (frame.bytes === null) {
				if (wanted <= buffered) wanted = buffered + 1;
				return;
			}
			onFrame({ bytes: frame.bytes, message: parse(frame.bytes) });
		}
	});
};

export const toFrame = (message: Message): Buffer => {
	const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
	return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
};

type Taken = { readonly bytes: Buffer | null; readonly rest: Buffer; readonly wanted: number };

const takeFrame = (buffer: Buffer): Taken => {
	const end = buffer.indexOf(headerEnd);
	if (end < 0) return { bytes: null, rest: buffer, wanted: buffer.length + 1 };
	const header = buffer.subarray(0, end).toString("latin1");
	const length = /content-length: *(\d+)/i.exec(header)?.[1];
	if (length === undefined) return takeFrame(buffer.subarray(end + headerEnd.length));
	const total = end + headerEnd.length + Number(length);
	if (buffer.length < total) return { bytes: null, rest: buffer, wanted: total };
	return { bytes: buffer.subarray(0, total), rest: buffer.subarray(total), wanted: 0 };
};

const parse = (frame: Buffer): Message | null => {
	try {
		const value = JSON.parse(frame.subarray(frame.indexOf(headerEnd) + headerEnd.length).toString());
		return typeof value === "object" && value !== null ? value : null;
	} catch {
		return null; // the server answers what it cannot read
	}
};
