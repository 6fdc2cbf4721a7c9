/** What of a cell's output another program can show: pictures, HTML, PDF. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { reasonOf } from "../../ground/paths/fileReason.mjs";
import { plainText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import type { Output } from "../../protocol/index.ts";
import { CallError, type Exact, exact } from "./messages.ts";

export type Viewable = {
	/** For a person who chooses. */
	readonly label: PlainText;
	readonly extension: string;
	readonly bytes: Buffer;
};

type Form = { readonly type: string; readonly extension: string; readonly isText: boolean };

/** Of an output the first that it has: what can be used before what is only looked at. */
const forms: readonly Form[] = [
	{ type: "text/html", extension: ".html", isText: true },
	{ type: "image/svg+xml", extension: ".svg", isText: true },
	{ type: "image/png", extension: ".png", isText: false },
	{ type: "image/jpeg", extension: ".jpg", isText: false },
	{ type: "image/gif", extension: ".gif", isText: false },
	{ type: "image/webp", extension: ".webp", isText: false },
	{ type: "application/pdf", extension: ".pdf", isText: false },
];

/** The newest first. */
export const viewablesOf = (outputs: readonly Output[]): readonly Viewable[] =>
	outputs
		.flatMap((output): Viewable[] => {
			if (output.kind !== "displayData" && output.kind !== "executeResult") return [];
			const form = forms.find(({ type }) => textOf(output.data[type]) !== null);
			if (form === undefined) return [];
			const text = textOf(output.data[form.type])!;
			const told = textOf(output.data["text/plain"])?.split("\n")[0] ?? "";
			return [
				{
					label: told === "" ? plainText(form.type) : words`${plainText(form.type)}  ${plainText(told)}`,
					extension: form.extension,
					bytes: form.isText ? Buffer.from(asFile(form, text)) : Buffer.from(text, "base64"),
				},
			];
		})
		.reverse();

const textOf = (value: unknown): string | null => {
	if (Array.isArray(value)) return value.join("");
	return typeof value === "string" && value.trim() !== "" ? value : null;
};

/** HTML of a cell is a part of a page. */
const asFile = ({ type }: Form, text: string): string =>
	type === "text/html" && !/^\s*<(!doctype|html)\b/i.test(text)
		? `<!doctype html>\n<meta charset="utf-8">\n${text}\n`
		: text;

/** Files for other programs, which nobody else may read; they go with this process. */
export class ViewableFiles {
	#folder: string | null = null;
	#count = 0;

	/** Writes one where the person's programs find it; answers its path. */
	write({ extension, bytes }: Viewable): Exact {
		this.#folder ??= mkdtempSync(join(tmpdir(), "ipyai-"));
		const path = join(this.#folder, `output-${++this.#count}${extension}`);
		writeFileSync(path, bytes, { mode: 0o600 });
		return exact(path);
	}

	dispose(): void {
		if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
		this.#folder = null;
	}
}

/** Writes one where the person wants it; a name without an ending gets one. Answers the path. */
export const saveViewable = ({ extension, bytes }: Viewable, path: string, force: boolean): Exact => {
	const full = extname(path) === "" ? path + extension : path;
	try {
		writeFileSync(full, bytes, { flag: force ? "w" : "wx" });
	} catch (error) {
		const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
		throw new CallError(
			isThere
				? `${basename(full)} exists (add ! to write anyway).`
				: `${full} cannot be written: ${reasonOf(error)}`,
		);
	}
	return exact(full);
};
