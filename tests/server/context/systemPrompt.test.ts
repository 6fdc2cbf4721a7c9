import { expect, test } from "vitest";
import { systemPrompt } from "../../../server/context/systemPrompt.ts";

const today = new Date(2026, 10, 21);

test("tells the model who, when and where it is", () => {
	const text = systemPrompt({ model: "m-1", today, python: "Python 3.12.1" });
	expect(text).toContain("You are the model m-1. Today is November 21, 2026.");
	expect(text).toContain("live Python session (Python 3.12.1).");
	expect(text).not.toMatch(/[{}]/);
	for (const tag of ["context", "code", "output", "note", "variable", "shell", "warnings", "user-request"])
		expect(text).toContain(`<${tag}>`);
});

test("fills in a person's own text", () => {
	expect(systemPrompt({ model: "m", today, template: "I am {model} on {today}.\n" })).toBe(
		"I am m on November 21, 2026.",
	);
	expect(systemPrompt({ model: "m", today, template: "Be brief." })).toBe(
		"Be brief.\nYou are the model m.\nToday is November 21, 2026.",
	);
});
