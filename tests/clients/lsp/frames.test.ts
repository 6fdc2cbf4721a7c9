import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { type Frame, readFrames, toFrame } from "../../../clients/lsp/frames.ts";

/** What is read of a stream that comes in these pieces. */
const read = async (pieces: Iterable<string | Buffer>): Promise<Frame[]> => {
	const stream = new PassThrough();
	const frames: Frame[] = [];
	readFrames(stream, (frame) => frames.push(frame));
	for (const piece of pieces) stream.write(piece);
	stream.end();
	await new Promise((resolve) => stream.once("end", resolve));
	return frames;
};
const methods = (frames: readonly Frame[]) => frames.map(({ message }) => message?.method ?? null);

const one = toFrame({ method: "one" });

test.each([
	["headers in any order and case", ["content-LENGTH:2\r\nContent-Type: x\r\n\r\n{}", one], [null, "one"]],
	["noise before a header", ["npm WARN\r\n\r\nwhat?\r\n\r\n", one], ["one"]],
	["noise that touches a header", ["noise", one], ["one"]],
	["a body that is no JSON", ["Content-Length: 3\r\n\r\n{,}", one], [null, "one"]],
	["an empty body", ["Content-Length: 0\r\n\r\n", one], [null, "one"]],
	["nothing but line ends", ["\r\n\r\n".repeat(100_000), one], ["one"]],
	["much of no header", [...Array(50).fill("x".repeat(10_000)), "\r\n\r\n", one], ["one"]],
	["bytes one by one", [...one].map((byte) => Buffer.from([byte])), ["one"]],
])("reads %s", async (_, pieces, expected) => {
	expect(methods(await read(pieces as string[]))).toEqual(expected);
});

test("a frame longer than any reader takes is handed on as it comes, and the next one is read", async () => {
	const piece = Buffer.alloc(1024 * 1024, "x");
	const header = Buffer.from(`Content-Length: ${100 * piece.length}\r\n\r\n`);
	let passed = 0;
	let largest = 0;
	const stream = new PassThrough();
	const seen: (string | null)[] = [];
	readFrames(stream, ({ bytes, message }) => {
		passed += bytes.length;
		largest = Math.max(largest, bytes.length);
		if (message) seen.push(message.method ?? null);
	});
	stream.write(header);
	for (let at = 0; at < 100; at++) stream.write(piece);
	stream.end(one);
	await new Promise((resolve) => stream.once("end", resolve));
	expect(passed).toBe(header.length + 100 * piece.length + one.length);
	expect(largest).toBeLessThan(3 * piece.length);
	expect(seen).toEqual(["one"]);
});
