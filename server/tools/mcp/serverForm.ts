/**
 * A server of the Model Context Protocol (MCP) as people write it down: a program to start or an address to ask. Ours
 * and Claude Code's files have the same form (https://code.claude.com/docs/en/mcp). Pure.
 */
import { z } from "zod";

export type ServerForm =
	| {
			readonly kind: "stdio";
			readonly command: string;
			readonly args: readonly string[];
			/** Beside what every program needs. */
			readonly env: Readonly<Record<string, string>>;
			readonly timeoutMs: number;
	  }
	| {
			readonly kind: "http";
			/** `sse`: the transport that Streamable HTTP has replaced, which some servers still have alone. */
			readonly transport: "streamable" | "sse";
			readonly url: string;
			readonly headers: Readonly<Record<string, string>>;
			readonly timeoutMs: number;
	  };

/** How long a call may go without an answer or news of its progress. */
const defaultSeconds = 120;
const maxSeconds = 3600;

const texts = z.record(z.string(), z.string()).default({});
const common = { timeout_seconds: z.number().positive().max(maxSeconds).default(defaultSeconds) };

const Stdio = z.object({
	type: z.literal("stdio").default("stdio"),
	command: z.string().min(1),
	args: z.array(z.string()).default([]),
	env: texts,
	...common,
});
const Http = z.object({
	type: z.enum(["http", "streamable-http", "sse"]).default("http"),
	url: z.string().min(1),
	headers: texts,
	...common,
});

/** The form, or a clause that says why it is none. Nothing of its values is in the clause: they may be secrets. */
export const parseForm = (json: unknown): ServerForm | { readonly problem: string } => {
	if (typeof json !== "object" || json === null) return { problem: "is no object" };
	const { type, command, url } = json as Record<string, unknown>;
	if (type === "ws")
		return { problem: "is of type ws, which ipyai does not speak: give its address for http" };
	const isProgram = command !== undefined;
	if (!isProgram && url === undefined) return { problem: 'has neither "command" nor "url"' };
	const parsed = (isProgram ? Stdio : Http).safeParse(json);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		return { problem: `has a wrong ${issue!.path.join(".") || "form"} (${issue!.message})` };
	}
	const { data } = parsed;
	const timeoutMs = data.timeout_seconds * 1000;
	return "command" in data
		? { kind: "stdio", command: data.command, args: data.args, env: data.env, timeoutMs }
		: {
				kind: "http",
				transport: data.type === "sse" ? "sse" : "streamable",
				url: data.url,
				headers: data.headers,
				timeoutMs,
			};
};

type Variables = Readonly<Record<string, string | undefined>>;

/** With `${NAME}` and `${NAME:-otherwise}` filled in, or the variables that are missing. */
export const expandForm = (
	form: ServerForm,
	variables: Variables,
): ServerForm | { readonly missing: readonly string[] } => {
	const missing = new Set<string>();
	const fill = (text: string): string =>
		text.replace(variable, (_, name: string, otherwise: string | undefined) => {
			const value = variables[name] || otherwise;
			if (value === undefined) missing.add(name);
			return value ?? "";
		});
	const fillAll = (all: Readonly<Record<string, string>>): Record<string, string> =>
		Object.fromEntries(Object.entries(all).map(([name, text]) => [name, fill(text)]));
	const filled: ServerForm =
		form.kind === "stdio"
			? { ...form, command: fill(form.command), args: form.args.map(fill), env: fillAll(form.env) }
			: { ...form, url: fill(form.url), headers: fillAll(form.headers) };
	return missing.size > 0 ? { missing: [...missing] } : filled;
};

const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** As it is written, for a person who is to trust it: secrets that stand in it are their file's. */
export const formText = (form: ServerForm): string => {
	const { kind } = form;
	switch (kind) {
		case "stdio": {
			const set = Object.entries(form.env).map(([name, text]) => `${name}=${text}`);
			return [...set, form.command, ...form.args].map(word).join(" ");
		}
		case "http":
			return [
				word(form.url),
				...Object.entries(form.headers).map(([name, text]) => word(`${name}: ${text}`)),
			].join(" ");
		default:
			return kind satisfies never;
	}
};

const word = (text: string): string => (/^[\w@%+=:,./?&#~${}-]+$/.test(text) ? text : JSON.stringify(text));

/** What is started or asked, in a few words, without what is given to it. */
export const formName = (form: ServerForm): string =>
	form.kind === "http"
		? withoutLogin(form.url)
		: [form.command, ...form.args.slice(0, 3)].map(word).join(" ");

/** A key may stand in an address too. */
const withoutLogin = (url: string): string => url.replace(/\?.*$/s, "").replace(/\/\/[^/@]*@/, "//");
