import type { z } from "zod";
import * as archive from "./archive.ts";
import * as backend from "./backend.ts";
import * as cell from "./cell.ts";
import * as command from "./command.ts";
import * as completion from "./completion.ts";
import * as context from "./context.ts";
import * as initialize from "./initialize.ts";
import * as kernel from "./kernel.ts";
import { notification, request } from "./method.ts";
import * as notebook from "./notebook.ts";
import * as permission from "./permission.ts";
import * as prompt from "./prompt.ts";
import * as session from "./session.ts";
import * as turn from "./turn.ts";

const open = ["sessionNotFound"] as const;
const stored = [...open, "sessionOwnedElsewhere"] as const;
const control = [...open, "notController"] as const;
const live = [...open, "kernelNotAlive", "hostLacksCapability"] as const;

/** Our methods from client to server, beside LSP's own. The one list that server, clients and docs are made from. */
export const clientMethods = {
	/** Makes a session and attaches the caller as controller. */
	"session/new": request(session.NewSessionParams, session.NewSessionResult, {
		repeat: "once",
		errors: ["backendNotReady"],
	}),
	/** The stored sessions, newest first, in pages. */
	"session/list": request(session.ListSessionsParams, session.ListSessionsResult, {
		repeat: "harmless",
		errors: [],
	}),
	/** Opens a stored session and attaches to it as controller. Nothing runs: cells are shown. */
	"session/resume": request(session.ResumeSessionParams, session.AttachSessionResult, {
		repeat: "once",
		errors: [...stored, "backendNotReady"],
	}),
	/** Joins a session, opening a stored one, and gives what the caller has missed. */
	"session/attach": request(session.AttachSessionParams, session.AttachSessionResult, {
		repeat: "harmless",
		errors: [...stored, "backendNotReady"],
	}),
	/** Earlier items of the transcript, oldest first. */
	"session/transcript": request(session.ReadTranscriptParams, session.ReadTranscriptResult, {
		repeat: "harmless",
		errors: open,
	}),
	/** Leaves; the session and its kernel stay. */
	"session/detach": request(session.DetachSessionParams, session.Empty, { repeat: "harmless", errors: open }),
	/** Leaves, and ends the session and its kernel; the transcript stays. While other controllers work in it, it goes on for them. */
	"session/close": request(session.CloseSessionParams, session.CloseSessionResult, {
		repeat: "once",
		errors: control,
	}),
	/** Changes backend, models, permissions and the like. */
	"session/configure": request(session.ConfigureSessionParams, session.ConfigureSessionResult, {
		repeat: "once",
		errors: [...control, "backendNotReady"],
	}),
	/** Begins a new conversation in the same namespace: what was said and run before is not sent any more. */
	"session/reset": request(session.ResetSessionParams, session.Empty, { repeat: "once", errors: control }),
	/** Makes a session that shares the past of one, up to the end of a turn, and attaches to it. */
	"session/fork": request(archive.ForkSessionParams, session.AttachSessionResult, {
		repeat: "once",
		errors: [...stored, "itemNotFound", "backendNotReady"],
	}),
	/** Gives a session a title, open or only stored. */
	"session/rename": request(archive.RenameSessionParams, session.Empty, {
		repeat: "once",
		errors: [...stored, "notController"],
	}),
	/** Takes a session away for good. */
	"session/delete": request(archive.DeleteSessionParams, session.Empty, {
		repeat: "once",
		errors: [...stored, "notController", "sessionInUse"],
	}),
	/** Writes a session as one file of JSON lines, without secrets. */
	"session/export": request(archive.ExportSessionParams, archive.ExportSessionResult, {
		repeat: "acts",
		errors: open,
	}),
	/** Makes a stored session of an exported file. */
	"session/import": request(archive.ImportSessionParams, archive.ImportSessionResult, {
		repeat: "once",
		errors: ["itemNotFound"],
	}),

	/** Asks the AI. Answered when the prompt is stored; the rest comes as updates, and exactly one end. */
	"session/prompt": request(prompt.PromptParams, prompt.PromptResult, { repeat: "once", errors: control }),
	/** Adds to the running turn where the backend can; else queues a prompt. */
	"session/steer": request(prompt.SteerParams, prompt.SteerResult, { repeat: "once", errors: control }),
	/** Stops the running turn, or takes a waiting prompt out of the queue. */
	"session/cancel": request(prompt.CancelParams, prompt.CancelResult, { repeat: "acts", errors: control }),
	/** The prompts that wait, in order. */
	"queue/list": request(session.SessionParams, prompt.QueueListResult, { repeat: "harmless", errors: open }),
	/** Changes a prompt that waits. */
	"queue/edit": request(prompt.QueueEditParams, session.Empty, {
		repeat: "once",
		errors: [...control, "itemNotFound"],
	}),
	/** Takes a prompt out of the queue. */
	"queue/remove": request(prompt.QueueRemoveParams, session.Empty, {
		repeat: "once",
		errors: [...control, "itemNotFound"],
	}),
	/** Leaves a finished turn out of what the model is sent, or takes it in again. */
	"turn/hide": request(turn.HideTurnParams, session.Empty, {
		repeat: "once",
		errors: [...control, "itemNotFound"],
	}),

	/** Runs Python. Answered when the cell is stored; the rest comes as updates. */
	"cell/execute": request(cell.ExecuteCellParams, cell.ExecuteCellResult, {
		repeat: "once",
		errors: [...control, "kernelNotAlive", "hostLacksCapability"],
	}),
	/**
	 * Runs a cell that a program, and not the person, wants to run: asked about as the session's mode says, and answered
	 * when it has ended.
	 */
	"cell/propose": request(cell.ProposeCellParams, cell.ProposeCellResult, {
		repeat: "once",
		errors: [...control, "kernelNotAlive", "hostLacksCapability"],
	}),
	/** Interrupts what runs in the kernel, as Ctrl-C does. */
	"cell/interrupt": request(cell.InterruptCellParams, session.Empty, {
		repeat: "acts",
		errors: [...control, "kernelNotAlive", "hostLacksCapability"],
	}),
	/** Reads output that was left out of a cell, in pieces. */
	"output/read": request(cell.ReadOutputParams, cell.ReadOutputResult, {
		repeat: "harmless",
		errors: [...open, "itemNotFound"],
	}),
	/** Answers an `input/request`. */
	"input/answer": request(cell.AnswerInputParams, session.Empty, {
		repeat: "acts",
		errors: [...control, "itemNotFound", "kernelNotAlive"],
	}),

	/** Gives the session a kernel that the client has started. */
	"kernel/adopt": request(kernel.AdoptKernelParams, session.Empty, { repeat: "once", errors: control }),
	/** Ends the kernel, so that another can be adopted: together a restart. */
	"kernel/end": request(kernel.EndKernelParams, session.Empty, { repeat: "once", errors: control }),
	/** What may stand at the cursor. */
	"kernel/complete": request(kernel.CompleteParams, kernel.CompleteResult, {
		repeat: "harmless",
		errors: live,
	}),
	/** What is known of the name at the cursor. */
	"kernel/inspect": request(kernel.InspectParams, kernel.InspectResult, { repeat: "harmless", errors: live }),
	/** Whether code is a whole cell. */
	"kernel/isComplete": request(kernel.IsCompleteParams, kernel.IsCompleteResult, {
		repeat: "harmless",
		errors: live,
	}),
	/** Inputs of IPython's history file, oldest first. */
	"kernel/history": request(kernel.HistoryParams, kernel.HistoryResult, { repeat: "harmless", errors: live }),
	/** The person's variables, without running anybody's code. */
	"kernel/variables": request(kernel.VariablesParams, kernel.VariablesResult, {
		repeat: "harmless",
		errors: live,
	}),
	/** Tells Python how large the terminal is that shows its output. */
	"kernel/resize": request(kernel.ResizeKernelParams, session.Empty, { repeat: "harmless", errors: control }),

	/** Answers a tool call that waits for permission. */
	"permission/answer": request(permission.AnswerPermissionParams, session.Empty, {
		repeat: "acts",
		errors: [...control, "itemNotFound"],
	}),
	/** Runs the words after `%ipyai`, as a person types them. */
	"command/run": request(command.RunCommandParams, command.RunCommandResult, {
		repeat: "once",
		errors: control,
	}),

	/** What a prompt would send now, without sending it. */
	"context/preview": request(context.PreviewContextParams, context.ContextResult, {
		repeat: "harmless",
		errors: live,
	}),
	/** What a turn did send. */
	"context/receipt": request(context.ReceiptContextParams, context.ReceiptContextResult, {
		repeat: "harmless",
		errors: [...open, "itemNotFound"],
	}),
	/** The backends that there are, and where each one's login comes from. */
	"backend/list": request(session.Empty, backend.ListBackendsResult, { repeat: "harmless", errors: [] }),
	/** The models of a backend. */
	"model/list": request(backend.ListModelsParams, backend.ListModelsResult, {
		repeat: "harmless",
		errors: ["backendNotReady", "requestFailed"],
	}),
	/** The tools that the model can call. */
	"tool/list": request(session.SessionParams, backend.ListToolsResult, { repeat: "harmless", errors: open }),

	/** Writes the session as a Jupyter notebook. */
	"notebook/save": request(notebook.SaveNotebookParams, notebook.SaveNotebookResult, {
		repeat: "once",
		errors: control,
	}),
	/** Takes a notebook into the session. */
	"notebook/load": request(notebook.LoadNotebookParams, notebook.LoadNotebookResult, {
		repeat: "once",
		errors: [...control, "itemNotFound", "kernelNotAlive"],
	}),

	/** LSP 3.18's, on files, notebooks' cells and input lines alike. */
	"textDocument/inlineCompletion": request(
		completion.InlineCompletionParams,
		completion.InlineCompletionResult,
		{ repeat: "harmless", errors: [...open, "backendNotReady", "requestFailed"] },
	),
	/** A suggestion was shown. Counted, and nothing else. */
	"textDocument/didShowCompletion": notification(completion.DidShowCompletionParams),
	/** A part of a suggestion was taken. Counted, and nothing else. */
	"textDocument/didPartiallyAcceptCompletion": notification(completion.DidPartiallyAcceptCompletionParams),

	/** From a newer server, which asks this one to make room. */
	"aiShell/retire": request(initialize.RetireParams, initialize.RetireResult, {
		repeat: "harmless",
		errors: [],
	}),
} as const;

/** Our methods from server to client. */
export const serverMethods = {
	/** Something happened in a session that the client is attached to. */
	"session/update": notification(session.SessionUpdateParams),
	/** Python waits for input of the person who ran the cell. */
	"input/request": notification(cell.InputRequestParams),
} as const;

type Requests<T> = { [M in keyof T as T[M] extends { kind: "request" } ? M : never]: T[M] };
type Notifications<T> = { [M in keyof T as T[M] extends { kind: "notification" } ? M : never]: T[M] };

export type ClientRequests = Requests<typeof clientMethods>;
export type ClientNotifications = Notifications<typeof clientMethods>;

export type ClientRequest = keyof ClientRequests;
export type ParamsOf<M extends ClientRequest> = z.infer<ClientRequests[M]["params"]>;
export type ResultOf<M extends ClientRequest> = z.infer<ClientRequests[M]["result"]>;
