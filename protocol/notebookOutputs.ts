/** Outputs of cells in the form of nbformat 4, and back: for whoever reads or writes notebooks. */
import type { MimeBundle, Output } from "./index.ts";

export type NotebookOutput = { readonly output_type: string; readonly [key: string]: unknown };

/** A cell's outputs as nbformat has them: neighbouring texts of one stream joined, texts as one string each. */
export const toNotebookOutputs = (outputs: readonly Output[]): NotebookOutput[] => {
	const written: NotebookOutput[] = [];
	for (const next of outputs.flatMap(toNotebookOutput)) {
		const last = written.at(-1);
		if (next.output_type === "stream" && last?.output_type === "stream" && last.name === next.name)
			written[written.length - 1] = { ...last, text: `${last.text}${next.text}` };
		else written.push(next);
	}
	return written;
};

const toNotebookOutput = (output: Output): NotebookOutput[] => {
	switch (output.kind) {
		case "stream":
			return [{ output_type: "stream", name: output.name, text: output.text }];
		case "displayData":
		case "updateDisplayData":
			return [{ output_type: "display_data", data: plain(output.data), metadata: output.metadata }];
		case "executeResult":
			return [
				{
					output_type: "execute_result",
					data: plain(output.data),
					metadata: output.metadata,
					execution_count: output.executionCount,
				},
			];
		case "error": {
			const { ename, evalue, traceback } = output;
			return [{ output_type: "error", ename, evalue, traceback }];
		}
		case "clearOutput":
			return [];
		case "omitted": {
			const note = `\n[${output.chars} more characters of output were not kept here]\n`;
			const printed = (output.tail ?? []).map(({ name, text }) => ({ output_type: "stream", name, text }));
			return output.chars > 0 ? [{ output_type: "stream", name: "stdout", text: note }, ...printed] : printed;
		}
	}
};

/** Only JSON types may hold anything but text. */
const plain = (data: MimeBundle): MimeBundle =>
	Object.fromEntries(
		Object.entries(data).map(([type, value]) => [
			type,
			typeof value === "string" || isJson(type) ? value : JSON.stringify(value),
		]),
	);

const isJson = (type: string): boolean => /^application\/(.*\+)?json$/.test(type);

/** Outputs of any nbformat 4 file; what is not known there is left out. */
export const fromNotebookOutputs = (
	outputs: readonly Readonly<Record<string, unknown>>[],
	executionCount: number | null,
): Output[] =>
	outputs.flatMap((output): Output[] => {
		switch (output.output_type) {
			case "stream":
				return [
					{
						kind: "stream",
						name: output.name === "stderr" ? "stderr" : "stdout",
						text: toText(output.text),
					},
				];
			case "display_data":
				return [
					{ kind: "displayData", data: joined(toRecord(output.data)), metadata: toRecord(output.metadata) },
				];
			case "execute_result": {
				const own = output.execution_count;
				return [
					{
						kind: "executeResult",
						executionCount: Number.isInteger(own) ? (own as number) : (executionCount ?? 0),
						data: joined(toRecord(output.data)),
						metadata: toRecord(output.metadata),
					},
				];
			}
			case "error":
				return [
					{
						kind: "error",
						ename: String(output.ename ?? ""),
						evalue: String(output.evalue ?? ""),
						traceback: Array.isArray(output.traceback) ? output.traceback.map(String) : [],
					},
				];
			default:
				return [];
		}
	});

const joined = (data: Readonly<Record<string, unknown>>): MimeBundle =>
	Object.fromEntries(
		Object.entries(data).map(([type, value]) => [type, isJson(type) ? value : toText(value)]),
	);

/** A text, or its lines as most programs write them; nothing else is one. */
export const toText = (value: unknown): string =>
	typeof value === "string"
		? value
		: Array.isArray(value) && value.every((line) => typeof line === "string")
			? value.join("")
			: "";

export const toRecord = (value: unknown): Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};
