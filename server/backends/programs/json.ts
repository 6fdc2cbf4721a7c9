/** JSON that others wrote, where only an object says anything. */
import { readFileSync } from "node:fs";

export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The object that a text is, `null` for every other text. */
export const objectOf = (text: string): JsonObject | null => {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : null;
	} catch {
		// No JSON.
		return null;
	}
};

/** The object in a file; `null` also when there is none to read. */
export const objectIn = (path: string): JsonObject | null => {
	try {
		return objectOf(readFileSync(path, "utf8"));
	} catch {
		// Absent, or not for this person.
		return null;
	}
};
