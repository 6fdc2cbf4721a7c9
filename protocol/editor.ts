/**
 * LSP's own methods as far as the server looks at them. Loose: editors send more, and capabilities that are not known
 * here are nobody's fault.
 */
import { z } from "zod";
import { EditorCommandResult } from "./editorCommands.ts";
import { LongText, Name, Unsigned, Uri } from "./limits.ts";
import { notification, request } from "./method.ts";
import { Position, ProgressToken, Range } from "./positions.ts";

const TextDocument = z.looseObject({ uri: Uri });
const Place = z.looseObject({ textDocument: TextDocument, position: Position });

/** As long as the largest document that is kept. A longer one is not open here, and nothing is said of it. */
const DocumentText = z.string();

const OpenedDocument = z.looseObject({
	uri: Uri,
	languageId: Name,
	version: z.int().nullish(),
	text: DocumentText,
});
const VersionedDocument = z.looseObject({ uri: Uri, version: z.int().nullish() });
const Change = z.looseObject({ range: Range.nullish(), text: DocumentText });
const maxCells = 10_000;
const Changes = z.array(Change).max(10_000);
/** `kind` 2 is code. */
const Cell = z.looseObject({ kind: z.int(), document: Uri });
const Cells = z.array(Cell).max(maxCells);

export const editorRequests = {
	"textDocument/codeAction": request(
		z.looseObject({
			textDocument: TextDocument,
			range: Range,
			context: z.looseObject({
				diagnostics: z
					.array(z.looseObject({ message: LongText }))
					.max(10_000)
					.nullish(),
				only: z.array(z.string().max(200)).max(100).nullish(),
			}),
		}),
		z.array(
			z.object({
				title: z.string(),
				command: z.string(),
				arguments: z.array(z.record(z.string(), z.unknown())),
			}),
		),
	),
	"textDocument/completion": request(
		Place.extend({ context: z.looseObject({ triggerCharacter: z.string().max(10).nullish() }).nullish() }),
		z.object({
			isIncomplete: z.boolean(),
			items: z.array(
				z.object({
					label: z.string(),
					kind: z.int(),
					detail: z.string().optional(),
					textEdit: z.object({ range: Range, newText: z.string() }),
				}),
			),
		}),
	),
	"textDocument/hover": request(
		Place,
		z
			.object({ contents: z.object({ kind: z.enum(["markdown", "plaintext"]), value: z.string() }) })
			.nullable(),
	),
	"workspace/executeCommand": request(
		z.looseObject({
			command: z.string().max(200),
			arguments: z.array(z.unknown()).max(10).nullish(),
			workDoneToken: ProgressToken.nullish(),
		}),
		EditorCommandResult,
	),
} as const;
export type EditorRequest = keyof typeof editorRequests;
export type EditorParams<M extends EditorRequest> = z.infer<(typeof editorRequests)[M]["params"]>;

export const editorNotifications = {
	"textDocument/didOpen": notification(z.looseObject({ textDocument: OpenedDocument })),
	"textDocument/didChange": notification(
		z.looseObject({ textDocument: VersionedDocument, contentChanges: Changes }),
	),
	"textDocument/didClose": notification(z.looseObject({ textDocument: TextDocument })),
	"notebookDocument/didOpen": notification(
		z.looseObject({
			notebookDocument: z.looseObject({ uri: Uri, cells: Cells }),
			cellTextDocuments: z.array(OpenedDocument).max(maxCells),
		}),
	),
	"notebookDocument/didChange": notification(
		z.looseObject({
			notebookDocument: VersionedDocument,
			change: z.looseObject({
				cells: z
					.looseObject({
						structure: z
							.looseObject({
								array: z.looseObject({ start: Unsigned, deleteCount: Unsigned, cells: Cells.nullish() }),
								didOpen: z.array(OpenedDocument).max(maxCells).nullish(),
								didClose: z.array(TextDocument).max(maxCells).nullish(),
							})
							.nullish(),
						data: Cells.nullish(),
						textContent: z
							.array(z.looseObject({ document: VersionedDocument, changes: Changes }))
							.max(maxCells)
							.nullish(),
					})
					.nullish(),
			}),
		}),
	),
	"notebookDocument/didClose": notification(
		z.looseObject({
			notebookDocument: TextDocument,
			cellTextDocuments: z.array(TextDocument).max(maxCells),
		}),
	),
	"workspace/didChangeWorkspaceFolders": notification(
		z.looseObject({
			event: z.looseObject({
				added: z.array(TextDocument).max(1000),
				removed: z.array(TextDocument).max(1000),
			}),
		}),
	),
	"workspace/didChangeConfiguration": notification(z.looseObject({ settings: z.unknown() })),
} as const;
export type EditorNotification = keyof typeof editorNotifications;
export type EditorNotice<M extends EditorNotification> = z.infer<(typeof editorNotifications)[M]["params"]>;

/** The section `ipyai` of an editor's settings. What is absent is chosen as in a new session. */
export const EditorSettings = z.looseObject({
	backend: z.string().max(200).nullish(),
	model: z.string().max(200).nullish(),
	completionModel: z.string().max(200).nullish(),
	/** `false`: suggestions come only when they are asked for. */
	automaticSuggestions: z.boolean().nullish(),
});
export type EditorSettings = z.infer<typeof EditorSettings>;
