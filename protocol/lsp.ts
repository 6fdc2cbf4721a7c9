/** The methods of LSP that this server and its clients speak, both ways. */
import { z } from "zod";
import { editorNotifications, editorRequests } from "./editor.ts";
import { InitializeParams, InitializeResult } from "./initialize.ts";
import { notification, request } from "./method.ts";
import { ProgressToken } from "./positions.ts";

const harmless = { repeat: "harmless", errors: [] } as const;

/** Nothing that is looked at. */
export const Nothing = z.looseObject({});
/** `null`. */
export const Done = z.null();

export const CancelRequestParams = z.looseObject({
	/** The JSON-RPC id of the request. */
	id: z.union([z.string().max(200), z.int()]),
});
export const SetTraceParams = z.looseObject({ value: z.enum(["off", "messages", "compact", "verbose"]) });
export const CancelProgressParams = z.looseObject({ token: ProgressToken });

/** From client to server. */
export const lspClientMethods = {
	/** The first request. Both sides say who they are and what they can do. */
	initialize: request(InitializeParams, InitializeResult, { repeat: "acts", errors: [] }),
	/** The client has the answer to `initialize`. */
	initialized: notification(Nothing),
	/** No more requests will come, only `exit`. */
	shutdown: request(Nothing, Done, { repeat: "acts", errors: [] }),
	/** Ends the connection. Sessions and kernels stay; `server --stdio` ends with it. */
	exit: notification(Nothing),
	/** Stops a request, which is still answered once, with -32800. A request that is not there is passed over. */
	"$/cancelRequest": notification(CancelRequestParams),
	/** Whether the server tells of messages by `$/logTrace`. */
	"$/setTrace": notification(SetTraceParams),
	...editorRequests,
	...editorNotifications,
	/** The person stopped a command where its progress is shown. */
	"window/workDoneProgress/cancel": notification(CancelProgressParams),
} as const;

/** 1 error, 2 warning, 3 information, 4 log. */
const MessageType = z.int().min(1).max(4);

export const ShowMessageParams = z.object({ type: MessageType, message: z.string() });
export const ShowMessageRequestParams = z.object({
	type: MessageType,
	message: z.string(),
	/** The buttons. */
	actions: z.array(z.object({ title: z.string() })),
});
/** The button that was chosen; `null` when the message was closed, which declines. */
export const ShowMessageRequestResult = z.looseObject({ title: z.string() }).nullable();
export const CreateProgressParams = z.object({ token: ProgressToken });
export const ProgressParams = z.object({
	token: ProgressToken,
	value: z.discriminatedUnion("kind", [
		z.object({
			kind: z.literal("begin"),
			title: z.string(),
			message: z.string().optional(),
			/** `window/workDoneProgress/cancel` stops it. */
			cancellable: z.boolean().optional(),
		}),
		z.object({ kind: z.literal("report"), message: z.string().optional() }),
		z.object({ kind: z.literal("end"), message: z.string().optional() }),
	]),
});
export const ConfigurationParams = z.object({
	items: z.array(
		z.object({
			/** `ipyai`. */
			section: z.string(),
		}),
	),
});
/** One value an item: `EditorSettings` or `null`. */
export const ConfigurationResult = z.array(z.unknown());
export const RegisterCapabilityParams = z.object({
	registrations: z.array(
		z.object({ id: z.string(), method: z.string(), registerOptions: z.looseObject({}).optional() }),
	),
});
export const LogTraceParams = z.object({ message: z.string(), verbose: z.string().optional() });

/** From server to client; only to a client that announces what they need. */
export const lspServerMethods = {
	/** What a person should read. */
	"window/showMessage": notification(ShowMessageParams),
	/** A tool needs permission, and the client shows no approvals of ours. */
	"window/showMessageRequest": request(ShowMessageRequestParams, ShowMessageRequestResult, harmless),
	/** A command begins whose progress is shown. */
	"window/workDoneProgress/create": request(CreateProgressParams, Done, harmless),
	/** How a command goes on. */
	"$/progress": notification(ProgressParams),
	/** Asks for the settings of the section `ipyai`. */
	"workspace/configuration": request(ConfigurationParams, ConfigurationResult, harmless),
	/** Asks to be told when they change. */
	"client/registerCapability": request(RegisterCapabilityParams, Done, harmless),
	/** A request of the server's needs no answer any more. */
	"$/cancelRequest": notification(CancelRequestParams),
	/** After `$/setTrace`. */
	"$/logTrace": notification(LogTraceParams),
} as const;
