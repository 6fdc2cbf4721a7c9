/**
 * A tool call as it is put before the person who may allow it: what it would run or change in full, and the rest of
 * its arguments beside the tool's name. Free of dependencies.
 */
import type { ApprovalCard } from "./events.ts";
import { callText } from "./toolLine.ts";

type Args = Readonly<Record<string, unknown>>;

export type Asked = {
	readonly tool: string;
	readonly args: Args;
	readonly card?: ApprovalCard | undefined;
};

/** As the server says, else as far as the arguments tell. */
export const askedCall = ({ tool, args, card }: Asked): ApprovalCard =>
	card ?? { ...argumentsCall(tool, args), notes: [] };

const argumentsCall = (tool: string, args: Args): Omit<ApprovalCard, "notes"> => {
	for (const [name, language] of Object.entries(languages)) {
		const text = args[name];
		if (typeof text === "string") return { title: titleOf(tool, args, [name]), text, language };
	}
	const { old_string: before, new_string: after, changes } = args;
	if (typeof before === "string" && typeof after === "string") {
		const text = [...linesOf(before, "-"), ...linesOf(after, "+")].join("\n");
		return { title: titleOf(tool, args, ["old_string", "new_string"]), text, language: "diff" };
	}
	if (Array.isArray(changes) && changes.every(isChange)) {
		const text = changes.map(({ path, kind, diff }) => `${kind} ${path}\n${diff.trimEnd()}`).join("\n");
		return { title: titleOf(tool, args, ["changes"]), text, language: "diff" };
	}
	return { title: tool, text: callText(tool, args), language: "python" };
};

/** Arguments that are what a tool would run or write. */
const languages = { code: "python", command: "bash", cmd: "bash", patch: "diff", content: "text" } as const;

const titleOf = (tool: string, args: Args, told: readonly string[]): string => {
	const others = Object.entries(args).filter(([name]) => !told.includes(name));
	return others.length === 0 ? tool : callText(tool, Object.fromEntries(others));
};

const linesOf = (text: string, sign: string): string[] =>
	text === ""
		? []
		: text
				.replace(/\n$/, "")
				.split("\n")
				.map((line) => sign + line);

const isChange = (value: unknown): value is { path: string; kind: string; diff: string } => {
	const change = value as Record<string, unknown> | null;
	return (
		typeof change?.path === "string" && typeof change.kind === "string" && typeof change.diff === "string"
	);
};
