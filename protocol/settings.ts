import { z } from "zod";
import { Name } from "./limits.ts";

/** How hard the model should think: low, medium, high, strongest. The seeds' letters. */
export const ThinkLevel = z.enum(["l", "m", "h", "x"]);
export type ThinkLevel = z.infer<typeof ThinkLevel>;

/**
 * Who decides about tools: `ask` asks the person, `auto` runs what a check shows harmless and asks for the
 * rest, `plan` runs only what a check shows to read, `yolo` runs everything but what decides over later calls.
 */
export const PermissionMode = z.enum(["ask", "auto", "plan", "yolo"]);
export type PermissionMode = z.infer<typeof PermissionMode>;

/** Where a backend's credentials come from; never the secret or a part of it. */
export const Login = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("login"), name: z.string() }),
	z.object({ kind: z.literal("storedKey"), name: z.string() }),
	z.object({ kind: z.literal("environment"), name: z.string() }),
	z.object({ kind: z.literal("notNeeded") }),
	z.object({ kind: z.literal("missing"), hint: z.string() }),
]);
export type Login = z.infer<typeof Login>;

/** What a person can set. */
const SettingName = z.enum([
	"backend",
	"model",
	"completionModel",
	"think",
	"permissions",
	"search",
	"codeTheme",
	"promptMode",
	"logExact",
]);
export type SettingName = z.infer<typeof SettingName>;

/** What a session runs with. `null` backend: none is ready, `login.hint` says how to get one. */
export const Settings = z.object({
	backend: z.string().nullable(),
	model: z.string().nullable(),
	completionModel: z.string().nullable(),
	think: ThinkLevel,
	permissions: PermissionMode,
	search: z.enum(["l", "m", "h"]).nullable(),
	codeTheme: z.string(),
	promptMode: z.boolean(),
	logExact: z.boolean(),
	login: Login,
	/** Which of them a person named: when the session was begun or resumed (`flag`), or in it (`session`). */
	asked: z.partialRecord(SettingName, z.enum(["flag", "session"])).optional(),
});
export type Settings = z.infer<typeof Settings>;

/** A wish for settings; what is absent stays as it is or falls to the environment, file and defaults. */
export const SettingsPatch = z
	.object({
		backend: Name,
		model: Name,
		completionModel: Name,
		think: ThinkLevel,
		permissions: PermissionMode,
		search: z.enum(["l", "m", "h"]).nullable(),
		codeTheme: Name,
		promptMode: z.boolean(),
		logExact: z.boolean(),
	})
	.partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
