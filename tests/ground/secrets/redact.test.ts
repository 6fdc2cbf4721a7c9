import { expect, test } from "vitest";
import { createRedact, secretFinder } from "../../../ground/secrets/redact.ts";
import { isSecretName } from "../../../ground/secrets/variables.ts";
import { harmlessLines } from "../../support/harmlessTexts.ts";
import { harmlessVariables, issuedShapes, namedShapes, secretNames } from "../../support/secretShapes.ts";
import { readSource, trackedFiles } from "../../support/sources.ts";

const redact = createRedact({});

test.each([...issuedShapes, ...namedShapes])("%s", (_, text, secret) => {
	const told = redact(`before\n${text}`);
	expect(told).not.toContain(secret);
	// Nor a part of it that would be of use.
	for (let at = 0; at + 12 <= secret.length; at += 6) expect(told).not.toContain(secret.slice(at, at + 12));
	expect(told).toMatch(/^before\n/);
	expect(redact(told), "a second time").toBe(told);
});

const value = "a7#Kq/pass word+9";

test.each(secretNames)(
	"the value of %s is taken out wherever it stands, in each form it is written in",
	(name) => {
		const told = createRedact({ [name]: value });
		expect(told(`x${value}y`)).toBe(`x[redacted ${name}]y`);
		for (const form of [encodeURIComponent(value), JSON.stringify(value), btoa(value)])
			expect(told(`it was ${form}.`)).toContain(`[redacted ${name}]`);
		expect(isSecretName(name)).toBe(true);
	},
);

test("values that are no secrets stay: places, plain words, what other variables hold", () => {
	const told = createRedact(harmlessVariables);
	for (const each of Object.values(harmlessVariables))
		expect(told(`at ${each} it was`)).toBe(`at ${each} it was`);
});

test.each([
	["a short value stands alone", { DB_PASS: "pa55wd" }, "xpa55wdx pa55wd.", "xpa55wdx [redacted DB_PASS]."],
	[
		"the longest first",
		{ A_KEY: "abcdefgh1", B_KEY: "abcdefgh12" },
		"abcdefgh12 abcdefgh1",
		"[redacted B_KEY] [redacted A_KEY]",
	],
	[
		"a password within an address, by itself too",
		{ DATABASE_URL: "postgres://bob:p%40ssw0rd@db/x" },
		"p@ssw0rd; p%40ssw0rd; postgres://bob:p%40ssw0rd@db/x",
		"[redacted DATABASE_URL]; [redacted DATABASE_URL]; [redacted DATABASE_URL]",
	],
	[
		"an address without one",
		{ HOME_URL: "https://example.org/a" },
		"https://example.org/a",
		"https://example.org/a",
	],
])("%s", (_, variables, text, expected) => {
	expect(createRedact(variables)(text)).toBe(expected);
});

test("what is promised is counted", () => {
	expect([issuedShapes.length >= 150, namedShapes.length >= 60, secretNames.length >= 29]).toEqual([
		true,
		true,
		true,
	]);
	expect(harmlessLines.length).toBeGreaterThanOrEqual(100);
});

test.each(harmlessLines)("harmless: %s", (line) => {
	expect(redact(line)).toBe(line);
});

test("the program's own sources hold nothing that looks like a secret", () => {
	const find = secretFinder({});
	const hits = trackedFiles()
		.filter((path) => /^(ground|protocol|server|clients|scripts)\/.*\.(ts|mjs|py|lua)$/.test(path))
		.flatMap((path) => {
			const text = readSource(path);
			return find(text).map(({ start, end }) => `${path}: ${text.slice(start, end)}`);
		});
	expect(hits).toEqual([]);
});

test("texts that are made to be slow are read all the same", () => {
	for (const piece of [
		"a-",
		"password=",
		"-u ",
		"curl ",
		"eyJ.",
		"://a:",
		"sk-",
		"1:",
		"machine a ",
		"-----BEGIN PRIVATE KEY-----",
		"'password': \\",
	]) {
		const text = piece.repeat(20_000 / piece.length);
		expect(redact(text).length).toBeGreaterThan(0);
	}
});
