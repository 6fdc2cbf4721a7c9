/** The methods of LSP that this server and its clients speak, both ways. */
import { z } from "zod";
import { editorNotifications, editorRequests } from "./editor.ts";
import { AiShellServerCapabilities, InitializeParams } from "./initialize.ts";
import { notification, request } from "./method.ts";
import { ProgressToken } from "./positions.ts";

const Nothing = z.looseObject({});

const Cancel = z.looseObject({
	/** The JSON-RPC id of the request. */
	id: z.union([z.string().max(200), z.int()]),
});
/** From client to server. */
export const lspClientMethods = {
	initialize: request(
		InitializeParams,
		z.looseObject({
			serverInfo: z.object({ name: z.string(), version: z.string() }),
			/** LSP's, and under `experimental.aiShell` ours. */
			capabilities: z.looseObject({
				positionEncoding: z.enum(["utf-8", "utf-16", "utf-32"]).optional(),
				experimental: z.object({ aiShell: AiShellServerCapabilities }),
			}),
		}),
	),
	initialized: notification(Nothing),
	shutdown: request(Nothing, z.null()),
	exit: notification(Nothing),
	"$/cancelRequest": notification(Cancel),
	"$/setTrace": notification(z.looseObject({ value: z.enum(["off", "messages", "compact", "verbose"]) })),
	...editorRequests,
	...editorNotifications,
	"window/workDoneProgress/cancel": notification(z.looseObject({ token: ProgressToken })),
} as const;

const MessageType = z.int().min(1).max(4);

/** From server to client; only to a client that announces what they need. */
export const lspServerMethods = {
	"window/showMessage": notification(
		z.object({
			/** 1 error, 2 warning, 3 information, 4 log. */
			type: MessageType,
			message: z.string(),
		}),
	),
	"window/showMessageRequest": request(
		z.object({
			type: MessageType,
			message: z.string(),
			actions: z.array(z.object({ title: z.string() })),
		}),
		z.looseObject({ title: z.string() }).nullable(),
	),
	"window/workDoneProgress/create": request(z.object({ token: ProgressToken }), z.null()),
	"$/progress": notification(
		z.object({
			token: ProgressToken,
			value: z.discriminatedUnion("kind", [
				z.object({
					kind: z.literal("begin"),
					title: z.string(),
					message: z.string().optional(),
					cancellable: z.boolean().optional(),
				}),
				z.object({ kind: z.literal("report"), message: z.string().optional() }),
				z.object({ kind: z.literal("end"), message: z.string().optional() }),
			]),
		}),
	),
	"workspace/configuration": request(
		z.object({ items: z.array(z.object({ section: z.string() })) }),
		z.array(z.unknown()),
	),
	"client/registerCapability": request(
		z.object({
			registrations: z.array(
				z.object({ id: z.string(), method: z.string(), registerOptions: z.looseObject({}).optional() }),
			),
		}),
		z.null(),
	),
	"$/cancelRequest": notification(Cancel),
	"$/logTrace": notification(z.object({ message: z.string(), verbose: z.string().optional() })),
} as const;
