import { settledText } from "../../ground/text/terminalText.ts";
import type { MimeBundle, Output } from "../../protocol/index.ts";

export type Picture = { readonly mimeType: string; readonly data: string };

/**
 * A cell's outputs as flat text, in order: streams, Markdown or a picture's place or plain text, tracebacks.
 * A newline stands between pieces that lack one.
 */
export const renderOutputs = (outputs: readonly Output[]): string =>
	joinPieces(settleOutputs(outputs).map(renderOutput));

const joinPieces = (pieces: readonly string[]): string => {
	let text = "";
	for (const piece of pieces) {
		if (piece === "") continue;
		if (text !== "" && !text.endsWith("\n")) text += "\n";
		text += piece;
	}
	return text;
};

/** How much of the middle they lack. */
export const omittedChars = (outputs: readonly Output[]): number =>
	settleOutputs(outputs).reduce((sum, output) => sum + (output.kind === "omitted" ? output.chars : 0), 0);

/** The pictures that outputs show, in order. */
export const pictures = (outputs: readonly Output[]): Picture[] =>
	settleOutputs(outputs).flatMap((output) => {
		const mimeType = "data" in output ? pictureType(output.data) : undefined;
		if (!mimeType || !("data" in output)) return [];
		return [{ mimeType, data: asText(output.data[mimeType]).replace(/\s+/g, "") }];
	});

/**
 * What is left after clears and display updates, neighbouring chunks of a stream joined. An update of a display
 * that these outputs do not hold stands where it came: its display was shown before.
 */
export const settleOutputs = (outputs: readonly Output[]): Output[] => {
	let settled: Output[] = [];
	let clearNext = false;
	for (const output of outputs) {
		if (output.kind === "clearOutput") {
			if (output.wait) clearNext = true;
			else settled = [];
			continue;
		}
		if (output.kind === "updateDisplayData") {
			const at = settled.findIndex((one) => "displayId" in one && one.displayId === output.displayId);
			if (at >= 0) {
				settled[at] = { ...output, kind: "displayData" };
				continue;
			}
		}
		if (clearNext) settled = [];
		clearNext = false;
		if (output.kind === "omitted") {
			const at = settled.findIndex(({ kind }) => kind === "omitted");
			settled.splice(at < 0 ? settled.length : at, 1, output);
			continue;
		}
		const last = settled.at(-1);
		if (output.kind === "stream" && last?.kind === "stream" && last.name === output.name)
			settled[settled.length - 1] = { ...last, text: last.text + output.text };
		else settled.push(output.kind === "updateDisplayData" ? { ...output, kind: "displayData" } : output);
	}
	return settled;
};

const renderOutput = (output: Output): string => {
	switch (output.kind) {
		case "stream":
			return settledText(output.text);
		case "displayData":
		case "updateDisplayData":
		case "executeResult":
			return renderBundle(output.data);
		case "error":
			return settledText(
				output.traceback.length > 0 ? output.traceback.join("\n") : `${output.ename}: ${output.evalue}`,
			);
		case "omitted":
			return joinPieces([
				output.chars > 0 ? `[... ${output.chars} characters of output left out ...]` : "",
				(output.tail ?? []).map(({ text }) => settledText(text)).join(""),
			]);
		case "clearOutput":
			return "";
	}
};

const renderBundle = (data: MimeBundle): string => {
	if (data["text/markdown"] !== undefined) return settledText(asText(data["text/markdown"]));
	const picture = pictureType(data);
	if (picture) return `[${picture}]`;
	return settledText(asText(data["text/plain"]));
};

const pictureType = (data: MimeBundle): string | undefined =>
	data["text/markdown"] === undefined
		? ["image/png", "image/jpeg"].find((type) => typeof data[type] === "string" && data[type] !== "")
		: undefined;

/** Notebooks hold text as lists of lines too. */
const asText = (value: unknown): string => {
	if (typeof value === "string") return value;
	return Array.isArray(value) ? value.join("") : "";
};
