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

/** Our methods from client to server, beside LSP's own. The one list that server, clients and docs are made from. */
export const clientMethods = {
	"aiShell/retire": request(initialize.RetireParams, initialize.RetireResult),
	"session/new": request(session.NewSessionParams, session.NewSessionResult),
	"session/list": request(session.ListSessionsParams, session.ListSessionsResult),
	"session/resume": request(session.ResumeSessionParams, session.AttachSessionResult),
	"session/attach": request(session.AttachSessionParams, session.AttachSessionResult),
	"session/transcript": request(session.ReadTranscriptParams, session.ReadTranscriptResult),
	"session/detach": request(session.DetachSessionParams, session.Empty),
	"session/close": request(session.CloseSessionParams, session.CloseSessionResult),
	"session/configure": request(session.ConfigureSessionParams, session.ConfigureSessionResult),
	"session/reset": request(session.ResetSessionParams, session.Empty),
	"session/fork": request(archive.ForkSessionParams, session.AttachSessionResult),
	"session/rename": request(archive.RenameSessionParams, session.Empty),
	"session/delete": request(archive.DeleteSessionParams, session.Empty),
	"session/export": request(archive.ExportSessionParams, archive.ExportSessionResult),
	"session/import": request(archive.ImportSessionParams, archive.ImportSessionResult),
	"session/prompt": request(prompt.PromptParams, prompt.PromptResult),
	"session/steer": request(prompt.SteerParams, prompt.SteerResult),
	"session/cancel": request(prompt.CancelParams, prompt.CancelResult),
	"turn/hide": request(turn.HideTurnParams, session.Empty),
	"queue/list": request(session.SessionParams, prompt.QueueListResult),
	"queue/edit": request(prompt.QueueEditParams, session.Empty),
	"queue/remove": request(prompt.QueueRemoveParams, session.Empty),
	"cell/execute": request(cell.ExecuteCellParams, cell.ExecuteCellResult),
	"cell/interrupt": request(cell.InterruptCellParams, session.Empty),
	"output/read": request(cell.ReadOutputParams, cell.ReadOutputResult),
	"input/answer": request(cell.AnswerInputParams, session.Empty),
	"kernel/adopt": request(kernel.AdoptKernelParams, session.Empty),
	"kernel/end": request(kernel.EndKernelParams, session.Empty),
	"kernel/complete": request(kernel.CompleteParams, kernel.CompleteResult),
	"kernel/inspect": request(kernel.InspectParams, kernel.InspectResult),
	"kernel/isComplete": request(kernel.IsCompleteParams, kernel.IsCompleteResult),
	"kernel/history": request(kernel.HistoryParams, kernel.HistoryResult),
	"kernel/variables": request(kernel.VariablesParams, kernel.VariablesResult),
	"permission/answer": request(permission.AnswerPermissionParams, session.Empty),
	"kernel/resize": request(kernel.ResizeKernelParams, session.Empty),
	"command/run": request(command.RunCommandParams, command.RunCommandResult),
	"context/preview": request(context.PreviewContextParams, context.ContextResult),
	"context/receipt": request(context.ReceiptContextParams, context.ContextResult),
	"notebook/save": request(notebook.SaveNotebookParams, notebook.SaveNotebookResult),
	"notebook/load": request(notebook.LoadNotebookParams, notebook.LoadNotebookResult),
	"backend/list": request(session.Empty, backend.ListBackendsResult),
	"model/list": request(backend.ListModelsParams, backend.ListModelsResult),
	"tool/list": request(session.SessionParams, backend.ListToolsResult),
	"textDocument/inlineCompletion": request(
		completion.InlineCompletionParams,
		completion.InlineCompletionResult,
	),
	"textDocument/didShowCompletion": notification(completion.DidShowCompletionParams),
	"textDocument/didPartiallyAcceptCompletion": notification(completion.DidPartiallyAcceptCompletionParams),
} as const;

/** Our methods from server to client. */
export const serverMethods = {
	"session/update": notification(session.SessionUpdateParams),
	"input/request": notification(cell.InputRequestParams),
} as const;

type Requests<T> = { [M in keyof T as T[M] extends { kind: "request" } ? M : never]: T[M] };
type Notifications<T> = { [M in keyof T as T[M] extends { kind: "notification" } ? M : never]: T[M] };

export type ClientRequests = Requests<typeof clientMethods>;
export type ClientNotifications = Notifications<typeof clientMethods>;

export type ClientRequest = keyof ClientRequests;
export type ParamsOf<M extends ClientRequest> = z.infer<ClientRequests[M]["params"]>;
export type ResultOf<M extends ClientRequest> = z.infer<ClientRequests[M]["result"]>;
