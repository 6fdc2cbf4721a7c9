/** JSON as Python's `json.dumps(value, ensure_ascii=False)` spaces it. */
export const pythonJson = (value: unknown): string => {
	if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const fields = Object.entries(value).filter(([, each]) => each !== undefined);
	return `{${fields.map(([key, each]) => `${JSON.stringify(key)}: ${pythonJson(each)}`).join(", ")}}`;
};
