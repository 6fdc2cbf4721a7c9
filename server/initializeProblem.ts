/**
 * Checks what `protocol/initialize.ts` describes, without its schemas: they take longer to load than a client wants to
 * wait for its first answer. A test holds both to the same.
 */

/** What is wrong with a value, with its path in front; `null` for nothing. */
type Check = (value: unknown, path: string) => string | null;

/** What is wrong with the parameters of `initialize`, `null` for nothing. */
export const initializeProblem = (params: unknown): string | null => initializeParams(params, "");

const text =
	(maxChars: number): Check =>
	(value, path) =>
		typeof value === "string" && value.length <= maxChars
			? null
			: `${path} must be a string of at most ${maxChars} characters`;

const list =
	(item: Check, maxItems: number): Check =>
	(value, path) =>
		Array.isArray(value) && value.length <= maxItems
			? firstProblem(value, (each, at) => item(each, `${path}.${at}`))
			: `${path} must be a list of at most ${maxItems} items`;

const object =
	(fields: Readonly<Record<string, Check>>): Check =>
	(value, path) =>
		isObject(value)
			? firstProblem(Object.entries(fields), ([name, check]) =>
					check(value[name], path === "" ? name : `${path}.${name}`),
				)
			: `${path || "params"} must be an object`;

/** Editors send `null` for what they do not say. */
const maybe =
	(check: Check): Check =>
	(value, path) =>
		value === undefined || value === null ? null : check(value, path);

const optional =
	(check: Check): Check =>
	(value, path) =>
		value === undefined ? null : check(value, path);

const integer: Check = (value, path) => (Number.isSafeInteger(value) ? null : `${path} must be an integer`);

const absolutePath: Check = (value, path) =>
	typeof value === "string" && value.length <= 4096 && value.startsWith("/") && !value.includes("\0")
		? null
		: `${path} must be an absolute path`;

const variables: Check = (value, path) => {
	if (!isObject(value)) return `${path} must be an object of strings`;
	const entries = Object.entries(value);
	if (entries.length > 10_000) return `${path} must hold at most 10000 variables`;
	const wrong = entries.find(([, each]) => typeof each !== "string");
	if (wrong) return `${path}.${wrong[0].slice(0, 100)} must be a string`;
	const chars = entries.reduce((sum, [name, each]) => sum + name.length + (each as string).length, 0);
	return chars <= 2_000_000 ? null : `${path} must hold at most 2000000 characters`;
};

const firstProblem = <T>(
	items: readonly T[],
	check: (item: T, at: number) => string | null,
): string | null => {
	for (const [at, item] of items.entries()) {
		const problem = check(item, at);
		if (problem !== null) return problem;
	}
	return null;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const uri = text(8192);
const name = text(200);

const initializeParams = object({
	clientInfo: maybe(object({ name })),
	rootUri: maybe(uri),
	workspaceFolders: maybe(list(object({ uri }), 1000)),
	capabilities: object({
		general: maybe(object({ positionEncodings: maybe(list(name, 100)) })),
		textDocument: maybe(
			object({
				codeAction: maybe(object({})),
				hover: maybe(object({ contentFormat: maybe(list(name, 100)) })),
			}),
		),
		window: maybe(object({})),
		workspace: maybe(object({ didChangeConfiguration: maybe(object({})) })),
		experimental: maybe(
			object({
				aiShell: maybe(
					object({
						version: integer,
						approvals: optional(object({})),
						input: optional(object({})),
					}),
				),
			}),
		),
	}),
	initializationOptions: maybe((value, path) =>
		// Other servers' options may have any form.
		isObject(value)
			? maybe(object({ name: optional(name), cwd: absolutePath, environment: variables }))(
					value.aiShell,
					`${path}.aiShell`,
				)
			: null,
	),
});
