/**
 * Prompts as ipyai 0.1 saves them, by way of aidialog: a code cell that begins with `%%prompt`, the answer as Markdown
 * among its outputs, tool calls as fences of JSON in the answer.
 */
import { z } from "zod";
import { toText } from "../../protocol/notebookOutputs.ts";
import type { RawCell } from "./nbformat.ts";
import type { NotebookPart, NotebookPrompt } from "./notebookItem.ts";

type DialogPrompt = Pick<NotebookPrompt, "parts" | "stopReason" | "error" | "hidden"> & {
	readonly prompt: string;
};

const magic = /^%%prompt[ \t]*(?:\n|$)/;
const interrupted = "*[Response interrupted]*";

/** `null` for a cell of another kind. */
export const fromDialogCell = ({ cell_type, source, metadata, outputs }: RawCell): DialogPrompt | null => {
	if (cell_type !== "code" || !(metadata.solveit_ai === true || magic.test(source))) return null;
	const answer = outputs.map(answerOf).find((text) => text !== null) ?? "";
	const isInterrupted = answer.trimEnd().endsWith(interrupted);
	const whole = isInterrupted ? answer.trimEnd().slice(0, -interrupted.length).trimEnd() : answer;
	return {
		prompt: source.replace(magic, ""),
		parts: toParts(whole),
		stopReason: isInterrupted ? "cancelled" : "endTurn",
		error: null,
		hidden: Boolean(metadata.skipped),
	};
};

const AnswerOutput = z.looseObject({
	metadata: z.looseObject({ is_ai_res: z.literal(true) }),
	data: z.looseObject({ "text/markdown": z.union([z.string(), z.array(z.string())]) }),
});

const answerOf = (output: unknown): string | null => {
	const parsed = AnswerOutput.safeParse(output);
	return parsed.success ? toText(parsed.data.data["text/markdown"]) : null;
};

const ToolBlock = z.looseObject({
	name: z.string(),
	args: z.record(z.string(), z.unknown()).catch({}),
	result: z.string().nullish(),
	server: z.boolean().optional().catch(undefined),
});

/** A fence's end is as long as its beginning: a longer run of backticks may stand in the JSON. */
const toolFence = /(?:^|\n)(`{3,})json \{\.tool\}\n([\s\S]*?)\n\1(?=\n|$)/g;

/** What is no tool block after all stays the text it is. */
const toParts = (answer: string): NotebookPart[] => {
	const parts: NotebookPart[] = [];
	let from = 0;
	const addText = (end: number): void => {
		const text = answer.slice(from, end).trim();
		if (text !== "") parts.push({ kind: "text", text });
	};
	for (const match of answer.matchAll(toolFence)) {
		const call = readTool(match[2]!);
		if (call === null) continue;
		addText(match.index);
		parts.push(call);
		from = match.index + match[0].length;
	}
	addText(answer.length);
	return parts;
};

const readTool = (json: string): NotebookPart | null => {
	let read: unknown;
	try {
		read = JSON.parse(json);
	} catch {
		return null;
	}
	const parsed = ToolBlock.safeParse(read);
	if (!parsed.success) return null;
	const { name, args, result, server } = parsed.data;
	return {
		kind: "toolCall",
		name,
		args,
		executor: server ? "provider" : "server",
		result: result == null ? null : { content: [{ kind: "text", text: result }], isError: false },
	};
};
