/**
 * When a request of this process leaves for its provider, and when the first text of the answer comes: by `fetch`, by
 * `node:http`, or by the pipes of a provider's program. Import it before the clients that are watched.
 */
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

/** Moments of the request that was sent last, in milliseconds; `Number.NaN` before they have come. */
export const wire = { sent: Number.NaN, text: Number.NaN };

export const resetWire = (): void => void Object.assign(wire, { sent: Number.NaN, text: Number.NaN });

const mark = (moment: keyof typeof wire): void => {
	if (Number.isNaN(wire[moment])) wire[moment] = performance.now();
};

const isText = (chunk: string): boolean =>
	/text_delta|output_text\.delta|item\/agentMessage\/delta/.test(chunk);
/** A prompt, as the programs read it. */
const isPrompt = (chunk: string): boolean => /"method":"turn\/start"|^\{"type":"user"/.test(chunk);

const { fetch } = globalThis;
globalThis.fetch = async (...request) => {
	mark("sent");
	const response = await fetch(...request);
	const decoder = new TextDecoder();
	const watched = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
		transform(chunk, controller) {
			if (isText(decoder.decode(chunk, { stream: true }))) mark("text");
			controller.enqueue(chunk);
		},
	});
	return new Response(response.body?.pipeThrough(watched) ?? null, response);
};

const { request: httpRequest } = http;
http.request = ((...args: Parameters<typeof httpRequest>) => {
	mark("sent");
	return httpRequest(...args);
}) as typeof httpRequest;
syncBuiltinESMExports();

const { write, emit } = Socket.prototype;
Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
	if (isPrompt(String(args[0]))) mark("sent");
	return write.apply(this, args);
} as typeof write;
Socket.prototype.emit = function (this: Socket, event: string | symbol, ...args: unknown[]) {
	if (event === "data" && isText(String(args[0]))) mark("text");
	return (emit as (...all: unknown[]) => boolean).call(this, event, ...args);
} as typeof emit;
