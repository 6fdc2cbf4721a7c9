/**
 * The tools that the model is sent. They stand at the head of every request, so they stay the same within an epoch;
 * a tool that comes later is described in the text of the next turn, and called through one that is always there.
 */
import type { ToolDescription } from "../../protocol/index.ts";
import type { ToolCall } from "../context/transcript.ts";

export const laterTool: ToolDescription = {
	name: "call_tool",
	description:
		"Calls a tool that came later in the conversation: a <tools> block says its name and what it takes.",
	inputSchema: {
		type: "object",
		properties: {
			name: { type: "string", description: "The tool's name." },
			args: { type: "object", description: "Its arguments." },
		},
		required: ["name", "args"],
		additionalProperties: false,
	},
};

/** The session's tools now; `null` while it has no live Python. */
type Tools = readonly ToolDescription[] | null;

export class OfferedTools {
	/** What this epoch's requests have, `null` before the first. */
	#fixed: readonly ToolDescription[] | null = null;
	/** True once a turn was sent with them. */
	#isSent = false;
	/** What the model has been told of each tool by now. */
	#told = new Map<string, string>();

	/** The tools of the next request. */
	next(tools: Tools): readonly ToolDescription[] {
		if (tools === null) return [];
		if (this.#fixed === null) {
			this.#fixed = [...tools, laterTool];
			this.#told = toldOf(tools);
		}
		return this.#fixed;
	}

	/** What the next turn's text has to say of tools that came, changed or went; empty when nothing did. */
	news(tools: Tools): string {
		if (tools === null || this.#fixed === null) return "";
		const now = toldOf(tools);
		const came = tools.filter(({ name }) => this.#told.get(name) !== now.get(name));
		const gone = [...this.#told.keys()].filter((name) => !now.has(name));
		return [
			...came.map(
				({ name, description, inputSchema }) =>
					`New tool ${name}, to be called with ${laterTool.name}. ${description}\nArguments: ${JSON.stringify(inputSchema)}`,
			),
			...gone.map((name) => `${name} is no tool any more.`),
		].join("\n");
	}

	/** A turn was sent with these tools and the news of them. */
	sent(tools: Tools): void {
		if (tools === null) return;
		this.#isSent = true;
		this.#told = toldOf(tools);
	}

	/** The tools are others now: before anything was sent with the old ones, the new ones take their place. */
	changed(): void {
		if (!this.#isSent) this.#fixed = null;
	}

	/** A new epoch: the next request has all tools that there are. */
	beginEpoch(): void {
		this.#fixed = null;
		this.#isSent = false;
	}
}

const toldOf = (tools: readonly ToolDescription[]): Map<string, string> =>
	new Map(tools.map((tool) => [tool.name, JSON.stringify(tool)]));

/** The call that is meant: that of the later tool where it names one, else the call itself. */
export const meantCall = (call: ToolCall): ToolCall => {
	const { name, args } = call.args;
	if (call.name !== laterTool.name || typeof name !== "string") return call;
	return { ...call, name, args: argumentsOf(args) };
};

/** Some models write the inner arguments as text. */
const argumentsOf = (args: unknown): ToolCall["args"] => {
	if (typeof args === "object" && args !== null && !Array.isArray(args)) return args as ToolCall["args"];
	if (typeof args !== "string") return {};
	try {
		const read: unknown = JSON.parse(args);
		return typeof read === "object" && read !== null && !Array.isArray(read)
			? (read as ToolCall["args"])
			: {};
	} catch {
		// The tool says what it misses.
		return {};
	}
};
