/** What every client says in the same words. */
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type {
	CellStatus,
	FileChange,
	StopReason,
	TurnChanges,
	VariableChange,
} from "../../../protocol/index.ts";
import { sessionName } from "../../../protocol/sessionList.ts";
import type { ApprovalAnswer, KernelEnd } from "../session/sessionView.ts";
import type { Author, Note } from "./action.ts";

/** How a person does these things at this client. */
export type Hints = { readonly restart: string; readonly rerun: string };

const info = (text: string): Note => ({ level: "info", text });
const warning = (text: string): Note => ({ level: "warning", text });
const error = (text: string): Note => ({ level: "error", text });

/** `null` for the ordinary end. */
export const cellNote = (status: CellStatus | "running"): Note | null => {
	switch (status) {
		case "ok":
		case "error":
		case "interrupted":
		case "running":
			return null;
		case "aborted":
			return info("Not run, because an earlier cell failed or was interrupted.");
		case "lost":
			return error("This cell was not seen to end: its kernel or the server went away.");
		default:
			return status satisfies never;
	}
};

/** `null` for the ordinary end. */
export const turnNote = (turn: {
	readonly stopReason: StopReason | null;
	readonly error: string | null;
}): Note | null => {
	switch (turn.stopReason) {
		case "endTurn":
		case null:
			return null;
		case "cancelled":
			return warning("Cancelled.");
		case "maxTokens":
			return warning("The answer was cut: it reached the model's limit of tokens. Ask it to go on.");
		case "maxTurns":
			return warning("Stopped after too many steps. Ask it to go on.");
		case "refusal":
			return warning(`The model refused to answer.${turn.error ? ` ${turn.error}` : ""}`);
		case "failed":
			return error(turn.error ?? "The prompt failed, and the server did not say why.");
		default:
			return turn.stopReason satisfies never;
	}
};

/** What a turn's tools changed, in one line: `Changed: a.py +3 −1, x 3 → 4`. */
export const changesText = ({ files, variables, notes }: TurnChanges): string => {
	const parts = [...files.map(fileText), ...variables.map(variableText)];
	const shown = parts.slice(0, maxChanges);
	const left = parts.length - shown.length + notes.length;
	// A name of a file may hold anything.
	return `Changed: ${shown.join(", ")}${left > 0 ? ", and more: %ipyai changes" : ""}`.replace(/\s+/g, " ");
};

const maxChanges = 8;
const maxValueChars = 30;

const fileText = ({ path, change, added, removed }: FileChange): string => {
	const lines = [added ? `+${added}` : "", removed ? `−${removed}` : ""].filter((each) => each !== "");
	const how = { made: " (made)", changed: "", deleted: " (deleted)", written: " (written)" }[change];
	return [`${path}${how}`, ...lines].join(" ");
};

const variableText = ({ name, before, after }: VariableChange): string => {
	const short = (text: string): string =>
		text.length > maxValueChars ? `${headOf(text, maxValueChars)}…` : text;
	if (after === null) return `${name} deleted`;
	if (before === null) return `${name} = ${short(after)}`;
	return before === after ? `${name} made anew` : `${name} ${short(before)} → ${short(after)}`;
};

/** `null` where the tool's own line or the turn's end tells it. */
export const approvalNote = (
	tool: string,
	{ outcome, message }: ApprovalAnswer,
	author: Author,
): Note | null => {
	const by = author.whose === "another" ? ` by ${author.name}` : "";
	switch (outcome) {
		case "allow":
			return by === "" ? null : info(`${tool} allowed${by}`);
		case "allowAlways":
			return info(`${tool} always allowed${by}`);
		case "deny":
			return by === "" ? null : warning(`${tool} denied${by}`);
		case "unanswered":
			// The server says how such calls may be allowed.
			return warning(`Nobody could allow ${tool} here.${message ? ` ${message}` : ""}`);
		case "cancelled":
			return null;
		default:
			return outcome satisfies never;
	}
};

export const newKernelNote = (banner: string, { rerun }: Hints): Note =>
	info(`New kernel: ${banner}. All variables are gone: ${rerun} runs the cells again.`);

/** The kernel's death; `null` for an end that was asked for. `detail` is what is known of the cause. */
export const kernelEndNote = (reason: KernelEnd, detail: string | null, { restart }: Hints): Note | null => {
	switch (reason) {
		case "died":
			return error(
				`The kernel died${detail ? ` (${detail})` : ""}. Its variables are gone, the transcript is kept: ${restart} starts a new one.`,
			);
		case "failed":
			return error(`${detail ?? "The kernel did not start."} ${restart} tries again.`);
		case "exited":
		case "restarted":
		case "released":
			return null;
		default:
			return reason satisfies never;
	}
};

/** For who comes to a session whose kernel is gone already. */
export const kernelGoneNote = ({ restart }: Hints): Note =>
	error(`The kernel is gone: ${restart} starts a new one.`);

export const serverLostNote: Note = warning("The server was lost; looking for it, or starting another.");
export const serverBackNote: Note = info("The server is back; the session goes on.");
export const conversationResetNote: Note = info("The conversation begins anew.");

export const promptModeText = (on: boolean): string => `Prompt mode ${on ? "ON" : "OFF"}`;

/** How to come back to a session that was left. */
export const resumeText = (session: Parameters<typeof sessionName>[0], program: string): string =>
	`To resume: ${program} -r ${sessionName(session)}`;
