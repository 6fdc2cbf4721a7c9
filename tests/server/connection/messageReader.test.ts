import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Rejection } from "../../../server/connection/messageForm.ts";
import { BoundedMessageReader } from "../../../server/connection/messageReader.ts";

const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const call = (id: number) => JSON.stringify({ jsonrpc: "2.0", id, method: "m" });

/** Feeds bytes, in pieces of the given size, and tells what came out: methods' ids and rejections' codes. */
const read = async (input: string | Buffer, pieceBytes = 7, maxMessageBytes = 1000) => {
	const stream = new PassThrough();
	const ids: unknown[] = [];
	const params: unknown[] = [];
	const rejected: Rejection[] = [];
	const reader = new BoundedMessageReader(stream, {
		limits: { maxBytes: maxMessageBytes, maxValues: 20, maxDepth: 5 },
		onRejected: (each) => rejected.push(each),
		onFailed: (error) => {
			throw error;
		},
	});
	reader.listen((message) => {
		ids.push((message as { id?: unknown }).id);
		params.push((message as { params?: unknown }).params);
	});
	const bytes = Buffer.from(input as string);
	for (let at = 0; at < bytes.length; at += pieceBytes) stream.write(bytes.subarray(at, at + pieceBytes));
	stream.end();
	await new Promise((resolve) => stream.once("close", resolve));
	return { ids, params, codes: rejected.map(({ code }) => code), rejected };
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
	["an error of null", '{"jsonrpc":"2.0","id":1,"error":null}'],
	["a fraction as id", '{"jsonrpc":"2.0","id":1.5,"method":"m"}'],
	["positional params of a notification", '{"jsonrpc":"2.0","method":"m","params":[1]}'],
])("%s is an invalid request", async (_name, body) => {
	expect(await read(frame(body) + frame(call(9)))).toMatchObject({ ids: [9], codes: [-32600] });
});

test.each(["", ',"params":null', ',"params":[]', ',"params":{}'])(
	"params that are none are an empty object: %s",
	async (params) => {
		expect(await read(frame(`{"jsonrpc":"2.0","id":8,"method":"shutdown"${params}}`))).toMatchObject({
			ids: [8],
			codes: [],
			params: [{}],
		});
	},
);

test("params by position are invalid, and a method's name has an end", async () => {
	expect(await read(frame('{"jsonrpc":"2.0","id":8,"method":"session/list","params":["a"]}'))).toMatchObject({
		rejected: [{ id: 8, code: -32602 }],
	});
	const long = await read(frame(`{"jsonrpc":"2.0","id":8,"method":"${"m".repeat(500)}"}`));
	expect(long).toMatchObject({ rejected: [{ id: 8, code: -32601 }] });
	expect(long.rejected[0]!.message.length).toBeLessThan(200);
});

test("a rejected request keeps its id, so that the sender can tell which", async () => {
	expect((await read(frame('{"jsonrpc":"1.0","id":7,"method":"m"}'))).rejected[0]?.id).toBe(7);
});

test.each([
	["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22])],
	["half a character", Buffer.from([0x22, 0xf0, 0x9f, 0x22])],
	["half a surrogate pair", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
])("%s are a parse error", async (_, text) => {
	const body = Buffer.concat([
		Buffer.from('{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":'),
		text,
		Buffer.from("}}"),
	]);
	const broken = Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
	expect(await read(Buffer.concat([broken, Buffer.from(frame(call(2)))]))).toMatchObject({
		ids: [2],
		codes: [-32700],
	});
});

test.each([
	["values", `[${"0,".repeat(30)}0]`],
	["members", `{${Array.from({ length: 30 }, (_, at) => `"${at}":0`).join()}}`],
	["levels", "[".repeat(10) + "]".repeat(10)],
])("a message of too many %s is skipped before it is parsed", async (_, params) => {
	const body = `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":${params}}}`;
	for (const pieceBytes of [1, 7, 10_000])
		expect(await read(frame(body) + frame(call(2)), pieceBytes)).toMatchObject({ ids: [2], codes: [-32600] });
	const text = JSON.stringify({ jsonrpc: "2.0", id: 3, method: "m", params: { a: `"\\${params}` } });
	expect(await read(frame(text))).toMatchObject({ ids: [3], codes: [] });
});

test("halves of surrogate pairs become U+FFFD, whole ones stay", async () => {
	const taken: unknown[] = [];
	const stream = new PassThrough();
	const reader = new BoundedMessageReader(stream, {
		limits: { maxBytes: 1000, maxValues: 20, maxDepth: 5 },
		onRejected: () => {},
		onFailed: () => {},
	});
	reader.listen((message) => taken.push((message as { params?: unknown }).params));
	stream.end(
		frame('{"jsonrpc":"2.0","method":"m","params":{"a":["\\ud83d\\ude00\\ud83d x",{"b":"\\ude00"}]}}'),
	);
	await new Promise((resolve) => stream.once("close", resolve));
	expect(taken).toEqual([{ a: ["😀\ufffd x", { b: "\ufffd" }] }]);
});

test("whoever takes messages may fail with one: it is answered, and the next is read in the same piece", async () => {
	const failed: unknown[] = [];
	const rejected: Rejection[] = [];
	const taken: unknown[] = [];
	const stream = new PassThrough();
	const reader = new BoundedMessageReader(stream, {
		limits: { maxBytes: 1000, maxValues: 20, maxDepth: 5 },
		onRejected: (each) => rejected.push(each),
		onFailed: (error) => failed.push(error),
	});
	reader.listen((message) => {
		const { id } = message as { id?: number };
		if (id === 1) throw new TypeError("Cannot read properties of undefined");
		taken.push(id);
	});
	stream.end(frame(call(1)) + frame(call(2)));
	await new Promise((resolve) => stream.once("close", resolve));
	expect(taken).toEqual([2]);
	expect(failed).toHaveLength(1);
	expect(rejected).toMatchObject([{ id: 1, code: -32603 }]);
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
