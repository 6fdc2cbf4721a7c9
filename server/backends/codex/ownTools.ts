/**
 * Codex's own shell and file tools. They act outside the sandbox, and Codex asks before each use: its policy
 * `untrusted` lets nothing pass but what the person's own Codex rules allow (found by running 0.169).
 */
import type { Content, ToolDescription } from "../../../protocol/index.ts";
import { type WireNames, wireNames } from "../loop/wireId.ts";
import type { Params } from "./appServer.ts";

/** `write_stdin` only waits for a command that still runs: without a terminal its input is closed. */
const names: ReadonlySet<string> = new Set(["apply_patch", "exec_command", "write_stdin"]);

export const isOwnTool = (name: string): boolean => names.has(name);

/**
 * Our tools by the names under which Codex is offered them: one of its own keeps its name to itself, and those of its
 * own MCP servers are reserved (found by running 0.169).
 */
export const codexNames = (tools: readonly ToolDescription[]): WireNames => {
	const prefix = "ipy_";
	const isTaken = (name: string): boolean => isOwnTool(name) || /^mcp(__|$)/.test(name);
	const renamed = (name: string): string => (isTaken(name) ? prefix + name : name);
	const base = wireNames(tools.map((tool) => ({ ...tool, name: renamed(tool.name) })));
	return {
		toWire: (name) => base.toWire(renamed(name)),
		fromWire: (wireName) => {
			const name = base.fromWire(wireName);
			const bare = name.slice(prefix.length);
			return name.startsWith(prefix) && isTaken(bare) ? bare : name;
		},
	};
};

/** A use of one of them, as Codex shows it. */
export const isOwnUse = (item: Params): boolean =>
	item.type === "commandExecution" || item.type === "fileChange";

/** An item or a question of Codex's that is about a use of one of them, as the call that the model made. */
export const ownCall = (item: Params): { readonly name: string; readonly args: Params } =>
	"changes" in item
		? { name: "apply_patch", args: { changes: item.changes.map(toChange) } }
		: { name: "exec_command", args: { cmd: innerCommand(String(item.command)) } };

const toChange = ({ path, kind, diff }: Params): Params => ({ path, kind: kind?.type, diff });

/** What the model typed, of the shell's command line that Codex made of it. */
const innerCommand = (line: string): string => {
	const quoted = /^\S+ -l?c '([\s\S]*)'$/.exec(line)?.[1];
	return quoted?.replaceAll(`'\\''`, "'") ?? /^\S+ -l?c (\S+)$/.exec(line)?.[1] ?? line;
};

/** What an item of Codex's says about how a use ended. */
export const ownItemResult = (item: Params): { content: Content[]; isError: boolean } => {
	const isError = item.status !== "completed";
	const said =
		"changes" in item
			? `The patch is ${item.status}.`
			: exitText(item.exitCode ?? 0, item.aggregatedOutput ?? "");
	return { content: [{ kind: "text", text: said }], isError };
};

/** What the model was told, without the times and counts that Codex puts before a command's output. */
export const ownOutput = (told: string): Content[] => {
	const head =
		/^(?:Chunk ID: .*\n)?(?:Exit code: (\d+)\n)?Wall time: .*\n(?:Process (?:exited with code (\d+)|running with session ID (\d+))\n)?(?:Original token count: .*\n)?Output:\n/.exec(
			told,
		);
	if (head === null) return [{ kind: "text", text: told }];
	const [{ length }, patchCode, exitCode, session] = head;
	const output = told.slice(length);
	const text =
		session === undefined
			? exitText(Number(exitCode ?? patchCode ?? 0), output)
			: `${output}\nIt still runs, as session ${session}.`;
	return [{ kind: "text", text }];
};

const exitText = (code: number, output: string): string =>
	code === 0 ? output : `${output}${output === "" || output.endsWith("\n") ? "" : "\n"}exit code ${code}`;
