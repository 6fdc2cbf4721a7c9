/** Whether a call runs, is asked about, or is refused: pure, and closed over modes, effects and checks. */
import type { PermissionMode } from "../../protocol/index.ts";
import type { Check, Effect } from "./tool.ts";

/** What the person's rules say about the call; `null` for nothing. */
export type Ruling = "allow" | "ask" | "deny" | null;

export type Verdict =
	| { readonly kind: "run" }
	| { readonly kind: "ask" }
	/** `reason` is for the model. */
	| { readonly kind: "refuse"; readonly reason: string };

export type Case = {
	readonly mode: PermissionMode;
	readonly tool: string;
	readonly effect: Effect;
	readonly check: Check;
	readonly ruling: Ruling;
};

export const decide = ({ mode, tool, effect, check, ruling }: Case): Verdict => {
	if (ruling === "deny")
		return refuse(`Not run: the person's rules forbid this call of ${tool}. Go on without it.`);
	if (mode === "plan" && check !== "looks")
		return refuse(
			`Not run: the session is in plan mode, where tools only look, and ${tool} ${words[effect]}. Describe what you would do with it instead.`,
		);
	if (ruling === "ask" || check === "guarded") return ask;
	switch (mode) {
		case "yolo":
			return run;
		case "plan":
			return run;
		case "auto":
			return check === "looks" || check === "contained" || ruling === "allow" ? run : ask;
		case "ask":
			return (effect === "looks" && check === "looks") || ruling === "allow" ? run : ask;
		default:
			return mode satisfies never;
	}
};

/** How the person can allow a call that nobody was there to be asked about. Never names the mode that is on. */
export const howToAllow = ({ mode, check, ruling }: Case): string => {
	if (check === "guarded") return "It is asked about in every mode: answer it in a terminal or an editor.";
	if (ruling === "ask")
		return "A rule of the person's asks about it: answer it in a terminal or an editor, or change the rule.";
	if (mode === "ask")
		return "The person can allow it with --permissions auto, which runs what is shown to be harmless, or yolo, which runs everything.";
	return "It was not shown to be harmless: the person can allow it with --permissions yolo, which runs everything.";
};

const run: Verdict = { kind: "run" };
const ask: Verdict = { kind: "ask" };
const refuse = (reason: string): Verdict => ({ kind: "refuse", reason });

const words: Readonly<Record<Effect, string>> = {
	looks: "was not shown to do only that here",
	readsFiles: "was not shown to read what it may",
	changesNamespace: "can change variables",
	changesFiles: "changes files",
	runsCommands: "runs commands",
	reachesNetwork: "reaches the network",
	callsServer: "asks a server of others, which may do anything",
};
