import { expect, test } from "vitest";
import { createRedaction, redactValues } from "../../../server/redaction/redaction.ts";
import { harmlessLines } from "../../support/harmlessTexts.ts";
import { issuedShapes, namedShapes } from "../../support/secretShapes.ts";

const redact = createRedaction({ DB_PASSWORD: "hunter2-hunter2" });
const shapes = [...issuedShapes, ...namedShapes];

test("nothing is left of any secret, however many texts are read together", async () => {
	const told = await redact(shapes.map(([, text]) => text));
	const left = shapes.filter(([, , secret], index) => told[index]!.includes(secret));
	expect(left.map(([name]) => name)).toEqual([]);
	expect(await redact(told), "a second time").toEqual(told);
});

test("harmless lines stay as they are, each by itself and all together", async () => {
	expect(await redact(harmlessLines)).toEqual(harmlessLines);
	// Apart, as a line may end what another begins.
	const text = harmlessLines.join("\n\n.\n\n");
	expect((await redact([text]))[0]).toBe(text);
});

test("in a long text each is found, wherever a piece ends", async () => {
	const filler = "nothing to be seen in these words. ";
	for (let shift = 0; shift < 6; shift++) {
		let text = filler.repeat(1700 + shift);
		const secrets: string[] = [];
		for (let index = 0; text.length < 1_000_000; index++) {
			const [, shape, secret] = shapes[(index * 7 + shift) % shapes.length]!;
			secrets.push(secret);
			text += `${filler.repeat((index * 13 + shift * 31) % 97)}\n${shape}\n`;
		}
		const [told = ""] = await redact([text]);
		expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
		expect(told.split(filler).length).toBe(text.split(filler).length);
	}
});

test("a secret that is longer than what is read at once is gone to its end", async () => {
	const long = "k7Q".repeat(70_000);
	const [told = ""] = await redact([`{"client_secret": "${long}", "a": 1} token=${long} after`]);
	expect(told.replaceAll(long, "LEFT").slice(0, 200)).toBe(
		'{"client_secret": "[redacted]", "a": 1} token=[redacted] after',
	);
	const key = `-----BEGIN ${"PRIVATE"} KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0B\n".repeat(5000)}-----END ${"PRIVATE"} KEY-----`;
	expect(await redact([`before\n${key}\nafter`])).toEqual(["before\n[redacted private key]\nafter"]);
});

test("pictures stay as they are; what is words or a list of keys is no picture", async () => {
	const picture = "iVBORw0KGgo".repeat(10_000);
	expect((await redact([picture]))[0]).toBe(picture);
	const [, , secret] = shapes.find(([name]) => name === "AWS access key")!;
	const key = `AK${"IA"}${secret}`;
	for (const text of [`${key}\n`.repeat(500), `${"words and more ".repeat(500)}${key} again`])
		expect((await redact([text]))[0]).not.toContain(secret);
});

test("a text cannot say that it is to be left alone", async () => {
	const [, text, secret] = shapes.find(([name]) => name === "GitHub personal")!;
	const lines = `// secretlint-disable\n${text}\n// secretlint-disable-next-line\n${text}`;
	expect((await redact([lines]))[0]).not.toContain(secret);
});

test("goes through whole values, names of fields too, and keeps their form", async () => {
	const value = { a: ["hunter2-hunter2", 1, null], "hunter2-hunter2": { b: true }, c: "", d: [] };
	const { values, withheld } = await redactValues([value, "x"], redact);
	expect([values[1], withheld]).toEqual(["x", 2]);
	expect(values[0]).toEqual({
		a: ["[redacted DB_PASSWORD]", 1, null],
		"[redacted DB_PASSWORD]": { b: true },
		c: "",
		d: [],
	});
});
