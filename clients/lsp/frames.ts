/** LSP's framing, keeping the bytes: a frame is forwarded as it came, and its message is looked at beside that. */
import type { Readable } from "node:stream";

/** `message` is null where the bytes hold none that could be read: that is for the receiver to answer. */
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
/** More than this without a header's end is no header. */
const maxHeaderBytes = 64 * 1024;
/** What is longer is handed on as it comes, unread: the receiver's limit is no higher. */
const maxFrameBytes = 64 * 1024 * 1024;

/** Hands on each frame of a stream. Bytes that belong to no frame are dropped up to the next header. */
export const readFrames = (stream: Readable, onFrame: (frame: Frame) => void): void => {
	let chunks: Buffer[] = [];
	let buffered = 0;
	let wanted = 0;
	let unread = 0;
	const passOn = (bytes: Buffer): Buffer => {
		const passed = bytes.subarray(0, unread);
		unread -= passed.length;
		onFrame({ bytes: passed, message: null });
		return bytes.subarray(passed.length);
	};
	stream.on("data", (chunk: Buffer) => {
		const data = unread > 0 ? passOn(chunk) : chunk;
		chunks.push(data);
		buffered += data.length;
		while (buffered >= wanted && buffered > 0) {
			const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
			const frame = takeFrame(whole);
			let { rest } = frame;
			wanted = frame.wanted;
			if (wanted > maxFrameBytes) {
				unread = wanted;
				wanted = 0;
				rest = passOn(rest);
			}
			chunks = rest.length > 0 ? [rest] : [];
			buffered = rest.length;
			if (frame.bytes) onFrame({ bytes: frame.bytes, message: parse(frame.bytes) });
		}
	});
};

export const toFrame = (message: Message): Buffer => {
	const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
	return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
};

/** `bytes` is null while the frame is not whole; `wanted` is how long the rest must be before the next look. */
type Taken = { readonly bytes: Buffer | null; readonly rest: Buffer; readonly wanted: number };

const takeFrame = (buffer: Buffer): Taken => {
	let start = 0;
	for (;;) {
		const end = buffer.indexOf(headerEnd, start);
		if (end < 0) {
			const left = buffer.length - start;
			const rest = buffer.subarray(left > maxHeaderBytes ? buffer.length - headerEnd.length : start);
			return { bytes: null, rest, wanted: rest.length + 1 };
		}
		const bodyStart = end + headerEnd.length;
		const length = /content-length: *(\d+)/i.exec(buffer.subarray(start, end).toString("latin1"))?.[1];
		if (length !== undefined) {
			const total = bodyStart + Number(length);
			const isWhole = buffer.length >= total;
			return {
				bytes: isWhole ? buffer.subarray(start, total) : null,
				rest: buffer.subarray(isWhole ? total : start),
				wanted: isWhole ? 0 : total - start,
			};
		}
		start = bodyStart;
	}
};

const parse = (frame: Buffer): Message | null => {
	try {
		const value = JSON.parse(frame.subarray(frame.indexOf(headerEnd) + headerEnd.length).toString());
		return typeof value === "object" && value !== null ? value : null;
	} catch {
		return null;
	}
};
