import { expect, test } from "vitest";
import { toOutputs, toPayloads } from "../../../server/kernel/outputs.ts";
import { toCodePoints, toUtf16 } from "../../../server/kernel/positions.ts";
import { decode, encode, newMessage } from "../../../server/kernel/wire.ts";

test.each([
	["abc|", 3],
	["😀|", 1],
	["a😀b|c", 3],
	["|", 0],
	["é😀😀x|", 4],
])("%s: the cursor is behind %i code points", (marked, codePoints) => {
	const utf16 = marked.indexOf("|");
	const text = marked.replace("|", "");
	expect(toCodePoints(text, utf16)).toBe(codePoints);
	expect(toUtf16(text, codePoints)).toBe(utf16);
});

test("a message survives the wire", () => {
	const message = newMessage("s", "execute_request", { code: "print('é😀')" }, { subshellId: "x" });
	expect(decode([Buffer.from("topic"), ...encode(message, "key")], "key")).toEqual(message);
});

test("a message with a wrong signature, or none of ours, is dropped", () => {
	const frames = encode(newMessage("s", "status", {}), "key");
	expect(decode(frames, "other")).toBeNull();
	expect(decode(frames.slice(0, 3), "key")).toBeNull();
	expect(decode([Buffer.from("noise")], "key")).toBeNull();
});

test("a long stream is split between characters", () => {
	const text = "😀".repeat(50_000);
	const outputs = toOutputs({ ...newMessage("s", "stream", { name: "stdout", text }), metadata: {} });
	const parts = outputs.map((output) => (output.kind === "stream" ? output.text : ""));
	expect(parts.join("")).toBe(text);
	expect(parts.length).toBe(2);
	for (const part of parts) expect(part.isWellFormed()).toBe(true);
});

test("payloads that no client acts on are left out", () => {
	const payload = [{ source: "strange" }, { source: "edit_magic", filename: "a.py", line_number: 3 }];
	expect(toPayloads(newMessage("s", "execute_reply", { payload }))).toEqual([
		{ kind: "editMagic", filename: "a.py", lineNumber: 3 },
	]);
});
