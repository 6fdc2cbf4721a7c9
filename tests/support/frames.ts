/** LSP frames as tests read and write them. */
export type Message = {
	readonly id?: number | string | null;
	readonly method?: string;
	readonly params?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string };
};

export const frame = (message: Message | string): string => {
	const body = typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message });
	return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

/** Takes bytes in any pieces and tells the messages in them; what is no frame or no JSON is passed over. */
export const readFrames = (onMessage: (message: Message) => void): ((bytes: Buffer) => void) => {
	let held: Buffer[] = [];
	let heldBytes = 0;
	/** Bytes until something may be read. */
	let missing = 0;
	return (bytes) => {
		held.push(bytes);
		heldBytes += bytes.length;
		if (heldBytes < missing) return;
		let buffer = Buffer.concat(held);
		missing = 0;
		for (;;) {
			const end = buffer.indexOf("\r\n\r\n");
			if (end < 0) break;
			const length = Number(
				/content-length: *(\d+)/i.exec(buffer.subarray(0, end).toString("latin1"))?.[1] ?? 0,
			);
			const next = end + 4 + length;
			missing = next;
			if (buffer.length < next) break;
			const body = buffer.subarray(end + 4, next).toString();
			buffer = buffer.subarray(next);
			missing = 0;
			const message = parse(body);
			if (message) onMessage(message);
		}
		held = [buffer];
		heldBytes = buffer.length;
	};
};

const parse = (body: string): Message | null => {
	try {
		const message = JSON.parse(body);
		return typeof message === "object" && message !== null && !Array.isArray(message) ? message : null;
	} catch {
		return null;
	}
};
