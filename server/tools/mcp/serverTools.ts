/** A server's tools as the door takes them. What they say of themselves is text of others, and no permission. */
import { createHash } from "node:crypto";
import { plainText, rowText } from "../../../ground/text/plainText.ts";
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import { askedCall } from "../../../protocol/askedCall.ts";
import type { ToolDescription } from "../../../protocol/index.ts";
import { type Place, pathIn, writing } from "../places.ts";
import type { Outcome, PermittedCall, RunOptions, Tool } from "../tool.ts";
import type { Listed } from "./connection.ts";
import { argumentsSchema } from "./schema.ts";

/** A tool that a model can be told of. */
export type ServerTool = ToolDescription & {
	/** As the server calls it. */
	readonly own: string;
	/** What the server says of it, for a person who is asked: clauses. */
	readonly claims: readonly string[];
};

export type ReadTools = {
	readonly tools: readonly ServerTool[];
	/** Why some are left out: sentences. */
	readonly problems: readonly string[];
};

const maxDescriptionChars = 4000;
const maxOwnChars = 200;
/** As providers take names. */
const maxNameChars = 64;

export const readTools = (server: string, listed: readonly Listed[]): ReadTools => {
	const tools = new Map<string, ServerTool>();
	const known = new Set<string>();
	const problems: string[] = [];
	for (const tool of listed) {
		const read = readTool(server, tool);
		if ("problem" in read) problems.push(read.problem);
		else if (known.has(read.own)) problems.push(`Of two tools ${shown(read.own)} the first counts.`);
		else {
			known.add(read.own);
			tools.set(tools.has(read.name) ? hashed(read.name, read.own) : read.name, read);
		}
	}
	return { tools: [...tools].map(([name, tool]) => ({ ...tool, name })), problems };
};

const readTool = (
	server: string,
	{ name: own, description, inputSchema, annotations }: Listed,
): ServerTool | { problem: string } => {
	if (typeof own !== "string" || own === "" || own.length > maxOwnChars)
		return { problem: "A tool without a usable name is left out." };
	const schema = argumentsSchema(inputSchema);
	if ("problem" in schema) return { problem: `${shown(own)} is left out: it ${String(schema.problem)}.` };
	const said =
		typeof description === "string" ? headOf(plainText(description.toWellFormed()), maxDescriptionChars) : "";
	return {
		own,
		name: toolName(server, own),
		description: `Of the MCP server ${shown(server)}. ${said}`.trim(),
		inputSchema: cleanTexts(schema) as ToolDescription["inputSchema"],
		claims: claimsOf(annotations),
	};
};

/** `mcp__SERVER__TOOL`, in letters that every provider takes; a long one ends in a hash. */
export const toolName = (server: string, own: string): string => {
	const name = `mcp__${cleaned(server)}__${cleaned(own)}`;
	return name.length <= maxNameChars ? name : hashed(name, `${server} ${own}`);
};

const cleaned = (name: string): string => name.replace(/[^a-zA-Z0-9_-]/g, "_");

const hashed = (name: string, whole: string): string =>
	`${name.slice(0, maxNameChars - 9)}_${hashOf(whole).slice(0, 8)}`;

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const shown = (name: string): string => rowText(plainText(name.toWellFormed()));

/** Descriptions of arguments go to the model and are shown too. */
const cleanTexts = (json: unknown): unknown => {
	if (typeof json === "string") return plainText(json);
	if (Array.isArray(json)) return json.map(cleanTexts);
	if (typeof json !== "object" || json === null) return json;
	return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, cleanTexts(each)]));
};

const claimsOf = (annotations: unknown): string[] => {
	const { readOnlyHint, destructiveHint } = (annotations ?? {}) as Record<string, unknown>;
	return [
		...(readOnlyHint === true ? ["it says of itself that it only reads"] : []),
		...(destructiveHint === true && readOnlyHint !== true ? ["it says of itself that it may destroy"] : []),
	];
};

export type CallTool = (tool: ServerTool, args: object, options: RunOptions) => Promise<Outcome>;

export type ToolSource = {
	/** As people named it. */
	readonly server: string;
	/** What is started or asked there. */
	readonly what: string;
	/** Stands for this server with these settings, and no other. */
	readonly identity: string;
	place(): Promise<Place>;
	call: CallTool;
};

/** The tool for the door: asked about unless a person's rule or mode says otherwise. */
export const serverTool = (tool: ServerTool, { server, what, identity, place, call }: ToolSource): Tool => {
	const { name, description, inputSchema, own, claims } = tool;
	const definition = hashOf(JSON.stringify([identity, own, description, inputSchema, claims]));
	return {
		name,
		description,
		inputSchema,
		effect: "callsServer",
		prepare: async (args) => {
			const shownArgs = askedCall({ tool: name, args });
			return {
				...aboutArguments(args, await place()),
				grant: {
					key: `mcp:${definition}:${name}`,
					text: `call ${shown(own)} of the MCP server ${shown(server)} in this session without asking`,
				},
				card: {
					...shownArgs,
					title: shownArgs.title.startsWith(name) ? shownArgs.title : `${name}: ${shownArgs.title}`,
					notes: [`${shown(own)} of the MCP server ${shown(server)} (${shown(what)})`, ...claims],
				},
				run: (options) => call(tool, args, options),
			};
		},
	};
};

/** What can be told of a call by its arguments: which paths it may be about, and whether one decides over later calls. */
export const aboutArguments = (args: object, place: Place): Pick<PermittedCall, "check" | "about"> => {
	const named = pathsIn(args);
	// Who names more than anybody looks through is asked about.
	const isGuarded = named.length > maxPaths || named.some((path) => writing(path, place) === "guarded");
	return {
		check: isGuarded ? "guarded" : "open",
		about: {
			kind: "paths",
			paths: named.map((path) => pathIn(path, place)),
			project: place.project,
			home: place.home,
		},
	};
};

const maxPaths = 200;
const maxPathChars = 4096;

/** Texts among the arguments that could be paths: what is one is the server's to know. One too many ends the list. */
const pathsIn = (args: object): string[] => {
	const found: string[] = [];
	const add = (text: string): void => {
		const path = text.replace(/^file:\/\//, "");
		if (path !== "" && path.length <= maxPathChars && !/[\n\0]/.test(path)) found.push(path);
	};
	const open: unknown[] = Object.values(args);
	while (open.length > 0 && found.length <= maxPaths) {
		const value = open.pop();
		if (typeof value === "string") add(value);
		else if (Array.isArray(value)) open.push(...value);
		else if (typeof value === "object" && value !== null) {
			for (const name of Object.keys(value)) add(name);
			open.push(...Object.values(value));
		}
	}
	return found;
};
