import { expect, test } from "vitest";
import { createRedact, redactValue } from "../../../server/context/redact.ts";

const redact = createRedact({
	ANTHROPIC_API_KEY: "very-secret-value",
	OPENAI_KEY: "very-secret-value-2",
	DB_PASSWORD: "hunter2hunter2",
	SHORT_TOKEN: "abc",
	KEYBOARD_LAYOUT: "qwertyuiop",
	PATH: "/usr/bin:/bin",
});

test.each([
	["key very-secret-value here", "key [redacted ANTHROPIC_API_KEY] here"],
	["very-secret-value-2", "[redacted OPENAI_KEY]"],
	["pw=hunter2hunter2;abc", "pw=[redacted DB_PASSWORD];abc"],
	["qwertyuiop /usr/bin:/bin", "qwertyuiop /usr/bin:/bin"],
	["sk-proj-ABCDEFGHIJKLMNOPQRST1234", "[redacted]"],
	["sk-ant-api03-abcdefghijklmnop", "[redacted]"],
	["AKIAIOSFODNN7EXAMPLE", "[redacted]"],
	["token ghp_0123456789abcdefghijABCDEFGHIJ", "token [redacted]"],
	["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123_-x", "[redacted]"],
	[
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter",
		"[redacted private key]\nafter",
	],
	["task-runner-is-no-key, risk-free", "task-runner-is-no-key, risk-free"],
])("%s", (text, expected) => {
	expect(redact(text)).toBe(expected);
});

test("goes through whole values", () => {
	expect(
		redactValue({ a: ["very-secret-value", 1, null], "very-secret-value": { b: true } }, redact),
	).toEqual({
		a: ["[redacted ANTHROPIC_API_KEY]", 1, null],
		"[redacted ANTHROPIC_API_KEY]": { b: true },
	});
});
