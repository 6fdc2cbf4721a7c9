/** Jupyter's messages in the protocol's words. Pure. */
import { type CellPayload, CommandAction, type Output } from "../../protocol/index.ts";
import type { Message } from "./wire.ts";

/** The kernel collects 100,000 lines into a few huge messages: streams are handed on in pieces of this size. */
const maxStreamChars = 64 * 1024;

/** Outputs that a message on iopub stands for: none for messages that are no output. */
export const toOutputs = (message: Message): readonly Output[] => {
	const { content } = message;
	switch (message.header.msg_type) {
		case "stream": {
			const name = content.name === "stderr" ? "stderr" : "stdout";
			return split(text(content.text)).map((part) => ({ kind: "stream", name, text: part }));
		}
		case "display_data":
		case "update_display_data": {
			const data = record(content.data);
			const metadata = record(content.metadata);
			const displayId = record(content.transient).display_id;
			if (message.header.msg_type === "update_display_data")
				return typeof displayId === "string"
					? [{ kind: "updateDisplayData", data, metadata, displayId }]
					: [];
			return [
				{ kind: "displayData", data, metadata, ...(typeof displayId === "string" ? { displayId } : {}) },
			];
		}
		case "execute_result":
			return [
				{
					kind: "executeResult",
					executionCount: count(content.execution_count) ?? 0,
					data: record(content.data),
					metadata: record(content.metadata),
				},
			];
		case "error":
			return [
				{
					kind: "error",
					ename: text(content.ename),
					evalue: text(content.evalue),
					traceback: Array.isArray(content.traceback) ? content.traceback.map(text) : [],
				},
			];
		case "clear_output":
			return [{ kind: "clearOutput", wait: content.wait === true }];
		default:
			return [];
	}
};

/** Payloads of an `execute_reply`; kinds that no client acts on are left out. */
export const toPayloads = (reply: Message): readonly CellPayload[] => {
	const { payload } = reply.content;
	if (!Array.isArray(payload)) return [];
	return payload.map(record).flatMap((item): CellPayload[] => {
		switch (item.source) {
			case "page":
				return [{ kind: "page", text: text(record(item.data)["text/plain"]) }];
			case "set_next_input":
				return [{ kind: "setNextInput", text: text(item.text), replace: item.replace === true }];
			case "edit_magic":
				return [
					{ kind: "editMagic", filename: text(item.filename), lineNumber: count(item.line_number) ?? 0 },
				];
			case "ask_exit":
				return [{ kind: "askExit", keepKernel: item.keepkernel === true }];
			case "ipyai_command": {
				const action = CommandAction.safeParse(item.action);
				return action.success ? [{ kind: "command", action: action.data }] : [];
			}
			default:
				return [];
		}
	});
};

export const count = (value: unknown): number | null => (Number.isInteger(value) ? (value as number) : null);

export const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const record = (value: unknown): Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};

const split = (whole: string): string[] => {
	if (whole.length <= maxStreamChars) return [whole];
	const parts: string[] = [];
	for (let start = 0; start < whole.length; ) {
		let end = Math.min(start + maxStreamChars, whole.length);
		// A character outside the basic plane stays in one piece.
		const last = whole.charCodeAt(end - 1);
		if (end < whole.length && last >= 0xd800 && last < 0xdc00) end--;
		parts.push(whole.slice(start, end));
		start = end;
	}
	return parts;
};
