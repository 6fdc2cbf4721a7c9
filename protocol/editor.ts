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

export const OpenedDocument = z.looseObject({
	uri: Uri,
	/** `python`, or an id that begins so, for Python. */
	languageId: Name,
	/** Not looked at. */
	version: z.int().nullish(),
	text: DocumentText,
});
const VersionedDocument = z.looseObject({
	uri: Uri,
	/** Not looked at: changes come in order. */
	version: z.int().nullish(),
});
/** A piece of the text that becomes another, in terms of what the changes before it left. */
export const DocumentChange = z.looseObject({
	/** The whole document when absent. */
	range: Range.nullish(),
	text: DocumentText,
});
const maxCells = 10_000;
const Changes = z.array(DocumentChange).max(10_000);
export const NotebookCell = z.looseObject({
	/** 2 is code. */
	kind: z.int(),
	/** The uri of its text. */
	document: Uri,
});
const Cells = z.array(NotebookCell).max(maxCells);

export const CodeActionParams = z.looseObject({
	textDocument: TextDocument,
	range: Range,
	context: z.looseObject({
		/** The faults there; the first may be asked about. */
		diagnostics: z
			.array(z.looseObject({ message: LongText }))
			.max(10_000)
			.nullish(),
		/** Kinds that are wished for; none of ours answers to one but `quickfix`. */
		only: z.array(z.string().max(200)).max(100).nullish(),
	}),
});
export const CodeActionResult = z.array(
	z.object({
		title: z.string(),
		/** For `workspace/executeCommand`, with the arguments. */
		command: z.string(),
		arguments: z.array(z.record(z.string(), z.unknown())),
	}),
);

export const CompletionParams = Place.extend({
	context: z
		.looseObject({
			/** A quote brings keys and columns only where it begins one. */
			triggerCharacter: z.string().max(10).nullish(),
		})
		.nullish(),
});
/** What `completionItem/resolve` finds an item by. */
const CompletionData = z.object({
	/** The document. */
	uri: Uri,
	/** The name with what it is a member of. */
	name: Name,
});

export const CompletionResult = z.object({
	/** Ask again with the next key: the kernel had nothing to say yet. */
	isIncomplete: z.boolean(),
	items: z.array(
		z.object({
			label: z.string(),
			/** LSP's `CompletionItemKind`. */
			kind: z.int(),
			/** How a function is called, the type of anything else. */
			detail: z.string().optional(),
			textEdit: z.object({ range: Range, newText: z.string() }),
			/** There is documentation to ask for. */
			data: CompletionData.optional(),
		}),
	),
});

export const ResolveCompletionParams = z.looseObject({
	label: z.string().max(10_000),
	/** As the item had it; an item without it is answered as it is. */
	data: CompletionData.nullish(),
});
const MarkupText = z.object({ kind: z.enum(["markdown", "plaintext"]), value: z.string() });
/** The item with its documentation. */
export const ResolveCompletionResult = z.looseObject({
	label: z.string(),
	documentation: MarkupText.optional(),
});

/** `null` where no call is open, or it is not known how that is called. */
export const SignatureHelpResult = z
	.object({
		signatures: z.array(
			z.object({
				label: z.string(),
				parameters: z.array(
					z.object({
						/** From where to where it stands in the signature's label, in UTF-16 units. */
						label: z.tuple([z.int(), z.int()]),
					}),
				),
				documentation: MarkupText.optional(),
			}),
		),
		activeSignature: z.literal(0),
		/** The parameter that is being written; absent where that is not known. */
		activeParameter: z.int().optional(),
	})
	.nullable();

export const HoverParams = Place;
/** `null` where nothing is. */
export const HoverResult = z.object({ contents: MarkupText }).nullable();

/** Which ones there are, and what they take, is listed below. */
export const ExecuteCommandParams = z.looseObject({
	/** `ipyai.prompt` and the others. */
	command: z.string().max(200),
	/** One object: what the command takes. */
	arguments: z.array(z.unknown()).max(10).nullish(),
	/** Progress is told under this token. */
	workDoneToken: ProgressToken.nullish(),
});

const looks = { repeat: "harmless", errors: ["sessionNotFound"] } as const;

export const editorRequests = {
	/** Commands at a place: ask about it, run its cell, answer what waits for permission. */
	"textDocument/codeAction": request(CodeActionParams, CodeActionResult, looks),
	/** Names from the live namespace of the file's session. */
	"textDocument/completion": request(CompletionParams, CompletionResult, looks),
	/** What the documentation of such a name says. */
	"completionItem/resolve": request(ResolveCompletionParams, ResolveCompletionResult, looks),
	/** How the function is called whose arguments are being written. */
	"textDocument/signatureHelp": request(Place, SignatureHelpResult, looks),
	/** What a live object is. */
	"textDocument/hover": request(HoverParams, HoverResult, looks),
	/** Runs a command of the server's. */
	"workspace/executeCommand": request(ExecuteCommandParams, EditorCommandResult, {
		repeat: "acts",
		errors: ["sessionNotFound", "itemNotFound", "kernelNotAlive", "hostLacksCapability", "backendNotReady"],
	}),
} as const;
export type EditorRequest = keyof typeof editorRequests;
export type EditorParams<M extends EditorRequest> = z.infer<(typeof editorRequests)[M]["params"]>;
export type EditorResult<M extends EditorRequest> = z.infer<(typeof editorRequests)[M]["result"]>;

/** What the client sends of it later counts. */
export const DidOpenDocumentParams = z.looseObject({ textDocument: OpenedDocument });
export const DidChangeDocumentParams = z.looseObject({
	textDocument: VersionedDocument,
	/** In the order they were made. A document whose changes cannot be followed is not open any more. */
	contentChanges: Changes,
});
export const DidCloseDocumentParams = z.looseObject({ textDocument: TextDocument });
export const DidOpenNotebookParams = z.looseObject({
	notebookDocument: z.looseObject({ uri: Uri, cells: Cells }),
	/** The texts of the cells. */
	cellTextDocuments: z.array(OpenedDocument).max(maxCells),
});
export const DidChangeNotebookParams = z.looseObject({
	notebookDocument: VersionedDocument,
	change: z.looseObject({
		cells: z
			.looseObject({
				/** Cells that came and went. */
				structure: z
					.looseObject({
						array: z.looseObject({ start: Unsigned, deleteCount: Unsigned, cells: Cells.nullish() }),
						didOpen: z.array(OpenedDocument).max(maxCells).nullish(),
						didClose: z.array(TextDocument).max(maxCells).nullish(),
					})
					.nullish(),
				/** Cells that are another kind now. */
				data: Cells.nullish(),
				/** Texts that changed. */
				textContent: z
					.array(z.looseObject({ document: VersionedDocument, changes: Changes }))
					.max(maxCells)
					.nullish(),
			})
			.nullish(),
	}),
});
export const DidCloseNotebookParams = z.looseObject({
	notebookDocument: TextDocument,
	cellTextDocuments: z.array(TextDocument).max(maxCells),
});
export const DidChangeFoldersParams = z.looseObject({
	event: z.looseObject({
		added: z.array(TextDocument).max(1000),
		removed: z.array(TextDocument).max(1000),
	}),
});
export const DidChangeConfigurationParams = z.looseObject({
	/** Settings by section; ours is `ipyai`. Without it the client is asked, where it can be. */
	settings: z.unknown(),
});

export const editorNotifications = {
	/** LSP's, for files and input lines. */
	"textDocument/didOpen": notification(DidOpenDocumentParams),
	/** LSP's, in steps. */
	"textDocument/didChange": notification(DidChangeDocumentParams),
	/** LSP's. */
	"textDocument/didClose": notification(DidCloseDocumentParams),
	/** LSP's: the cells above one are told to the model of its suggestions. */
	"notebookDocument/didOpen": notification(DidOpenNotebookParams),
	/** LSP's, in steps. */
	"notebookDocument/didChange": notification(DidChangeNotebookParams),
	/** LSP's. */
	"notebookDocument/didClose": notification(DidCloseNotebookParams),
	/** LSP's: each file's session is looked for in the folder it lies in. */
	"workspace/didChangeWorkspaceFolders": notification(DidChangeFoldersParams),
	/** LSP's: which backend and models the editor wishes. */
	"workspace/didChangeConfiguration": notification(DidChangeConfigurationParams),
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
