import { textOf } from "../../ground/text/contentText.ts";
import type { Content, ContextPart } from "../../protocol/index.ts";
import type { ContextCell } from "./contextCell.ts";
import { escapeText } from "./escape.ts";
import { type ContextLimits, defaultLimits } from "./limits.ts";
import type { ResolvedRef } from "./ref.ts";
import { renderCells } from "./renderCells.ts";
import { renderRefs } from "./renderRefs.ts";

export type TurnInput = {
	/** Cells since the last turn's render point, oldest first. */
	readonly cells: readonly ContextCell[];
	/** How many cells before these were not even read. */
	readonly earlierCells?: number;
	/** Values of those cells that are notes, by cell id. */
	readonly notes: ReadonlyMap<string, string>;
	readonly refs: readonly ResolvedRef[];
	/** Frames and variables of the error that the last cell ended with. */
	readonly traceback?: string | null;
	/** What the model has to know of tools that came or went. */
	readonly tools?: string;
	/** What could not be done of what the prompt and its notes name, in sentences. */
	readonly warnings?: readonly string[];
	readonly request: readonly Content[];
	readonly supportsImages: boolean;
	readonly limits?: ContextLimits;
	/** Takes secrets out of all but the request, which is what the person says to the model. */
	readonly redact?: (text: string) => string;
};

export type RenderedTurn = {
	readonly content: readonly Content[];
	readonly warnings: readonly string[];
	readonly parts: readonly ContextPart[];
};

const secretsLeftOut =
	'What looks like a secret was left out: [redacted] stands there ("send_secrets": true in config.json sends it).';

/**
 * What the model is sent for one turn: warnings, news of tools, values of references, cells since the last turn, the frames
 * of the error that they ended with, what was quoted, the request; then the pictures that the cells showed and those of the request. Equal input gives equal output.
 */
export const renderTurn = ({
	cells,
	earlierCells = 0,
	notes,
	refs,
	traceback = null,
	tools = "",
	warnings: unresolved = [],
	request,
	supportsImages,
	limits = defaultLimits,
	redact = (text) => text,
}: TurnInput): RenderedTurn => {
	let isRedacted = false;
	const clean = (text: string): string => {
		const told = redact(text);
		isRedacted ||= told !== text;
		return told;
	};
	const values = renderRefs(refs, limits, clean);
	const context = renderCells(cells, earlierCells, notes, supportsImages, limits, clean);
	const frames = traceback === null ? null : clean(traceback);
	const warnings = [...unresolved, ...values.warnings, ...context.warnings];
	const texts = request.filter((part) => part.kind === "text");
	const asked = textOf(texts.filter((part) => !part.quoted)).trim();
	const quoted = texts.filter((part) => part.quoted).map(({ text }) => clean(text));
	const shown = request.filter((part) => part.kind === "image");
	if (shown.length > 0 && !supportsImages)
		warnings.push(`The model takes no pictures: ${shown.length} of the request left out.`);

	if (isRedacted) warnings.push(secretsLeftOut);
	const text = [
		warnings.length > 0 ? `<warnings>${escapeText(warnings.join(" "))}</warnings>\n` : "",
		tools === "" ? "" : `<tools>${escapeText(tools)}</tools>\n`,
		values.text,
		context.text === "" ? "" : `<context>${context.text}</context>\n`,
		frames === null ? "" : `<traceback>${escapeText(frames)}</traceback>\n`,
		...quoted.map((text) => `<quoted>${escapeText(text)}</quoted>\n`),
		`<user-request>${escapeText(asked)}</user-request>`,
	].join("");
	const images = [...context.pictures, ...(supportsImages ? shown : [])];
	return {
		content: [{ kind: "text", text }, ...images],
		warnings,
		parts: [
			...(tools === "" ? [] : [{ label: "tools", chars: tools.length, cutChars: 0 }]),
			...values.parts,
			...context.parts,
			...(frames === null ? [] : [{ label: "traceback", chars: frames.length, cutChars: 0 }]),
			...quoted.map((text) => ({ label: "quoted", chars: text.length, cutChars: 0 })),
			{ label: "request", chars: asked.length, cutChars: 0 },
		],
	};
};
