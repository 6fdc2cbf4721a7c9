import type { TextDocument } from "vscode-languageserver-textdocument";
import { RequestError } from "../sessions/errors.ts";

type Cell = { readonly kind: number; readonly document: string };

/** What one client has open: files, notebooks' cells and input lines alike. */
export class Documents {
	readonly #open = new Map<string, TextDocument>();
	readonly #notebooks = new Map<string, Cell[]>();

	/** Fails with `invalidParams` when the client never opened it. */
	require(uri: string): TextDocument {
		const document = this.#open.get(uri);
		if (document) return document;
		throw new RequestError("invalidParams", `${uri} is not open: send textDocument/didOpen first.`);
	}

	find(uri: string): TextDocument | null {
		return this.#open.get(uri) ?? null;
	}

	set(document: TextDocument): void {
		this.#open.set(document.uri, document);
	}

	close(uri: string): void {
		this.#open.delete(uri);
	}

	get uris(): Iterable<string> {
		return this.#open.keys();
	}

	/** The cells of a notebook, `null` when it is not open. */
	notebook(uri: string): Cell[] | null {
		return this.#notebooks.get(uri) ?? null;
	}

	openNotebook(uri: string, cells: readonly Cell[]): void {
		this.#notebooks.set(uri, [...cells]);
	}

	closeNotebook(uri: string): void {
		this.#notebooks.delete(uri);
	}

	/** Code of the cells above this one, in order; empty when it is no notebook's cell. */
	codeAbove(uri: string): string[] {
		for (const cells of this.#notebooks.values()) {
			const at = cells.findIndex(({ document }) => document === uri);
			if (at < 0) continue;
			return cells
				.slice(0, at)
				.flatMap(({ kind, document }) =>
					kind === codeCell ? [this.#open.get(document)?.getText() ?? ""] : [],
				)
				.filter((code) => code.trim() !== "");
		}
		return [];
	}
}

/** Editors have ids of their own for Python with something to it: `python3`, `python-base`. */
export const isPython = ({ languageId }: TextDocument): boolean => languageId.startsWith("python");

/** LSP's `NotebookCellKind.Code`. */
const codeCell = 2;
