import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { BoundedMessageReader, type Rejection } from "../../../server/connection/messageReader.ts";

const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const call = (id: number) => JSON.stringify({ jsonrpc: "2.0", id, method: "m" });

/** Feeds bytes, in pieces of the given size, and tells what came out: methods' ids and rejections' codes. */
const read = async (input: string | Buffer, pieceBytes = 7, maxMessageBytes = 1000) => {
	const stream = new PassThrough();
	const ids: unknown[] = [];
	const rejected: Rejection[] = [];
	const reader = new BoundedMessageReader(stream, {
		maxMessageBytes,
		onRejected: (each) => rejected.push(each),
	});
	reader.listen((message) => ids.push((message as { id?: unknown }).id));
	const bytes = Buffer.from(input as string);
	for (let at = 0; at < bytes.length; at += pieceBytes) stream.write(bytes.subarray(at, at + pieceBytes));
	stream.end();
	await new Promise((resolve) => stream.once("close", resolve));
	return { ids, codes: rejected.map(({ code }) => code), rejected };
};

test("reads messages however the bytes are cut", async () => {
	for (const pieceBytes of [1, 2, 3, 50, 10_000])
		expect((await read(frame(call(1)) + frame(call(2)), pieceBytes)).ids).toEqual([1, 2]);
});

test("broken JSON is a parse error, and the next message is read", async () => {
	expect(await read(frame("{nope") + frame(call(2)))).toMatchObject({ ids: [2], codes: [-32700] });
});

test("a message over the limit is skipped without being kept", async () => {
	const huge = frame(`{"jsonrpc":"2.0","id":1,"method":"${"x".repeat(5000)}"}`);
	expect(await read(huge + frame(call(2)))).toMatchObject({ ids: [2], codes: [-32600] });
});

test("a header without a length is a parse error, and the next header is found", async () => {
	expect(await read(`Content-Type: x\r\n\r\n${frame(call(3))}`)).toMatchObject({ ids: [3], codes: [-32700] });
});

test("garbage before a header is skipped", async () => {
	const { ids, codes } = await read(`${"garbage ".repeat(1000)}${frame(call(4))}`, 64);
	expect(ids).toEqual([4]);
	expect(new Set(codes)).toEqual(new Set([-32700]));
});

test("other header fields are allowed", async () => {
	const body = call(5);
	const input = `Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
	expect((await read(input)).ids).toEqual([5]);
});

test.each([
	["a batch", "[]"],
	["a number", "1"],
	["null", "null"],
	["no version", '{"id":1,"method":"m"}'],
	["a numeric method", '{"jsonrpc":"2.0","id":1,"method":1}'],
	["an object as id", '{"jsonrpc":"2.0","id":{},"method":"m"}'],
	["params of a wrong kind", '{"jsonrpc":"2.0","id":1,"method":"m","params":3}'],
	["neither method nor result", '{"jsonrpc":"2.0","id":1}'],
])("%s is an invalid request", async (_name, body) => {
	expect(await read(frame(body) + frame(call(9)))).toMatchObject({ ids: [9], codes: [-32600] });
});

test("params of null are none, as some editors write shutdown", async () => {
	expect(await read(frame('{"jsonrpc":"2.0","id":8,"method":"shutdown","params":null}'))).toMatchObject({
		ids: [8],
		codes: [],
	});
});

test("a rejected request keeps its id, so that the sender can tell which", async () => {
	expect((await read(frame('{"jsonrpc":"1.0","id":7,"method":"m"}'))).rejected[0]?.id).toBe(7);
});

test("random bytes never end the reader", async () => {
	let state = 12345;
	const random = () => {
		state = (state * 1103515245 + 12345) & 0x7fffffff;
		return state;
	};
	for (let round = 0; round < 50; round++) {
		const noise = Buffer.from(Array.from({ length: random() % 3000 }, () => random() & 0xff));
		const { ids } = await read(
			Buffer.concat([noise, Buffer.from(`\r\n\r\n${frame(call(1))}`)]),
			1 + (random() % 100),
		);
		expect(ids).toEqual([1]);
	}
});
