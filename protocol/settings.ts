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
	z.object({
		/** An account that the person has logged in with. */
		kind: z.literal("login"),
		/** Which one. */
		name: z.string(),
	}),
	z.object({
		/** A key in a file. */
		kind: z.literal("storedKey"),
		/** Where it is. */
		name: z.string(),
	}),
	z.object({
		/** A variable of the person's shell. */
		kind: z.literal("environment"),
		/** Which one. */
		name: z.string(),
	}),
	/** The backend asks for none. */
	z.object({ kind: z.literal("notNeeded") }),
	z.object({
		/** There are none. */
		kind: z.literal("missing"),
		/** How to get some, for a person. */
		hint: z.string(),
	}),
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
	/** Who is asked. */
	backend: z.string().nullable(),
	/** Which model of it. */
	model: z.string().nullable(),
	/** The model for inline completion. */
	completionModel: z.string().nullable(),
	think: ThinkLevel,
	permissions: PermissionMode,
	/** How much the provider may search the web: little, more, much; `null` not at all. */
	search: z.enum(["l", "m", "h"]).nullable(),
	/** The colours of code, for clients that show some. */
	codeTheme: z.string(),
	/** Plain text is a prompt, and `;code` is Python. */
	promptMode: z.boolean(),
	/** What is sent and said is written to the exact log. */
	logExact: z.boolean(),
	login: Login,
	/** Which of them a person named: when the session was begun or resumed (`flag`), or in it (`session`). */
	asked: z.partialRecord(SettingName, z.enum(["flag", "session"])).optional(),
});
export type Settings = z.infer<typeof Settings>;

/** A wish for settings; what is absent stays as it is or falls to the environment, file and defaults. */
export const SettingsPatch = z
	.object({
		/** A name of `backend/list`. */
		backend: Name,
		/** A model of it, or `BACKEND/MODEL`. */
		model: Name,
		/** The model for inline completion. */
		completionModel: Name,
		think: ThinkLevel,
		permissions: PermissionMode,
		/** Web search by the provider: little, more, much; `null` none. */
		search: z.enum(["l", "m", "h"]).nullable(),
		/** The colours of code. */
		codeTheme: Name,
		/** Plain text is a prompt. */
		promptMode: z.boolean(),
		/** Write the exact log. */
		logExact: z.boolean(),
	})
	.partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
