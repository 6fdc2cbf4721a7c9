/**
 * One JSON message a line, as MCP's servers on standard output write them. A line that is too long is not kept: who
 * waits for it is told so, where its head or end says who that is.
 */
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

export const maxMessageBytes = 8 * 1024 * 1024;

export type LineReader = {
	onMessage(message: JSONRPCMessage): void;
	/** A long line of which nobody knows whose answer it is. */
	onLost(reason: string): void;
};

const edgeBytes = 300;

export class MessageLines {
	readonly #reader: LineReader;
	#chunks: Buffer[] = [];
	#bytes = 0;
	/** The last bytes of a line that is too long. */
	#edge: Buffer = Buffer.alloc(0);

	constructor(reader: LineReader) {
		this.#reader = reader;
	}

	write(chunk: Buffer): void {
		let from = 0;
		for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
			this.#add(chunk.subarray(from, end));
			this.#endLine();
			from = end + 1;
		}
		if (from < chunk.length) this.#add(chunk.subarray(from));
	}

	#add(part: Buffer): void {
		this.#bytes += part.length;
		if (this.#bytes <= maxMessageBytes) {
			this.#chunks.push(part);
			return;
		}
		// Of what is too long the head is kept, and the end.
		if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks).subarray(0, edgeBytes)];
		this.#edge = Buffer.concat([this.#edge, part.subarray(-edgeBytes)]).subarray(-edgeBytes);
	}

	#endLine(): void {
		const [bytes, chunks, edge] = [this.#bytes, this.#chunks, this.#edge];
		this.#bytes = 0;
		this.#chunks = [];
		this.#edge = Buffer.alloc(0);
		if (bytes > maxMessageBytes)
			this.#refuse(Buffer.concat(chunks).toString("latin1"), edge.toString("latin1"));
		else this.#read(Buffer.concat(chunks).toString("utf8"));
	}

	#read(line: string): void {
		if (line.trim() === "") return;
		let message: unknown;
		try {
			message = JSON.parse(line);
		} catch {
			// Programs print there what belongs on standard error: a greeting, a warning.
			return;
		}
		if (isMessage(message)) this.#reader.onMessage(message);
	}

	#refuse(head: string, end: string): void {
		const reason = `its answer has more than ${maxMessageBytes / 1024 / 1024} MB`;
		const [, id] = /^\s*\{\s*"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*(\d{1,15})\s*,/.exec(head) ??
			/"id"\s*:\s*(\d{1,15})\s*\}\s*$/.exec(end) ?? [null, null];
		if (id === null) this.#reader.onLost(reason);
		else this.#reader.onMessage({ jsonrpc: "2.0", id: Number(id), error: { code: -32603, message: reason } });
	}
}

const isMessage = (json: unknown): json is JSONRPCMessage =>
	typeof json === "object" && json !== null && (json as { jsonrpc?: unknown }).jsonrpc === "2.0";
