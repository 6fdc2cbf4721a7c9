import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { Content, ContextPart } from "../../protocol/index.ts";
import { type ContextCell, importedKernelId, isContextCode } from "./contextCell.ts";
import { cutRedacted } from "./cutRedacted.ts";
import { escapeText } from "./escape.ts";
import type { ContextLimits } from "./limits.ts";
import { omittedChars, type Picture, pictures, renderOutputs } from "./renderOutputs.ts";
import { shrinkPng } from "./shrinkPng.ts";

export type RenderedCells = {
	readonly text: string;
	readonly pictures: readonly Content[];
	readonly warnings: readonly string[];
	readonly parts: readonly ContextPart[];
};

/** A cell's code is known from before when only its remainder is told: its head is enough to name it. */
const maxRemainderCode = 200;

/**
 * Cells and notes, oldest first. The newest are rendered first, so that the work is bounded by the budget however
 * many cells there are; the oldest are left out when it is spent.
 */
export const renderCells = (
	cells: readonly ContextCell[],
	earlierCells: number,
	notes: ReadonlyMap<string, string>,
	supportsImages: boolean,
	limits: ContextLimits,
	redact: (text: string) => string,
): RenderedCells => {
	const wanted = cells.filter((cell) => isContextCode(cell.code) || isNobodys(cell));
	const taken: { text: string; part: ContextPart; pictures: readonly Picture[] }[] = [];
	let room = limits.contextChars;
	for (const cell of wanted.toReversed()) {
		const rendered = renderCell(cell, notes.get(cell.cellId), limits, redact);
		if (taken.length > 0 && (rendered.part.chars > room || taken.length === limits.cells)) break;
		room -= rendered.part.chars;
		taken.push(rendered);
	}
	taken.reverse();
	const warnings: string[] = [];
	const leftOut = earlierCells + wanted.length - taken.length;
	if (leftOut > 0)
		warnings.push(
			`The ${leftOut === 1 ? "earliest cell was" : `${leftOut} earliest cells were`} left out: too much for one prompt.`,
		);

	const shown = taken.flatMap((one) => one.pictures);
	const kept = supportsImages ? newestPictures(shown, limits) : [];
	if (supportsImages && kept.length < shown.length)
		warnings.push(
			`${shown.length - kept.length} of ${shown.length} pictures were left out: too many or too large.`,
		);
	return {
		text: taken.map(({ text }) => text).join(""),
		pictures: kept.map((picture): Content => ({ kind: "image", ...picture })),
		warnings,
		parts: taken.map(({ part }) => part),
	};
};

const renderCell = (
	cell: ContextCell,
	note: string | undefined,
	limits: ContextLimits,
	redact: (text: string) => string,
) => {
	const name = cell.executionCount === null ? "In []" : `In [${cell.executionCount}]`;
	if (note !== undefined) {
		const value = cutRedacted(note, limits.noteChars, redact);
		return {
			text: cell.told ? "" : `<note>${escapeText(value.text)}</note>`,
			part: { label: `note ${name}`, chars: value.text.length, cutChars: value.cutChars },
			pictures: [],
		};
	}
	const outputs = cell.outputs.map(({ output }) => output);
	const code = cell.told
		? { text: beginningOf(redact(cell.code.trim())), cutChars: 0 }
		: cutRedacted(cell.code.trimEnd(), limits.codeChars, redact);
	const output = cutRedacted(renderOutputs(outputs), limits.outputChars, redact, omittedChars(outputs));
	const status = cellStatus(cell);
	const attribute = status === null ? "" : ` status="${status}"`;
	const shown = output.text.trim() === "" ? "" : `>${escapeText(output.text)}</output>`;
	return {
		text: isNobodys(cell)
			? shown && `<output status="printed by no cell"${shown}`
			: `<code${attribute}>${escapeText(code.text)}</code>${shown && `<output${shown}`}`,
		part: {
			label: name,
			chars: code.text.length + output.text.length,
			cutChars: code.cutChars + output.cutChars,
		},
		pictures: pictures(outputs),
	};
};

/** Told only where it is not the usual: the cell has ended, and what it did holds. */
const cellStatus = ({ status, told, kernelId }: ContextCell): string | null => {
	if (kernelId === importedKernelId) return "from a file, not run here";
	if (told === "finished") return "printed later";
	switch (status) {
		case "running":
			return told ? "still running" : "running";
		case "aborted":
			return "not run";
		case "lost":
			return "ended with its Python";
		case "ok":
		case "error":
		case "interrupted":
			return told ? "now finished" : null;
		default:
			return status satisfies never;
	}
};

/** Output that belongs to no cell has one without code for itself. */
const isNobodys = ({ code, executionCount }: ContextCell): boolean => code === "" && executionCount === null;

const beginningOf = (code: string): string =>
	code.length <= maxRemainderCode ? code : `${headOf(code, maxRemainderCode)}...`;

/** The newest pictures that fit, in their order. */
const newestPictures = (shown: readonly Picture[], limits: ContextLimits): Picture[] => {
	const kept: Picture[] = [];
	let room = limits.pictureChars;
	for (const picture of shown.toReversed()) {
		if (kept.length === limits.pictures) break;
		const small = toSize(picture, limits.pictureSide);
		if (small.data.length > room) continue;
		room -= small.data.length;
		kept.unshift(small);
	}
	return kept;
};

const toSize = ({ mimeType, data }: Picture, maxSide: number): Picture => ({
	mimeType,
	data: mimeType === "image/png" ? shrinkPng(data, maxSide) : data,
});
