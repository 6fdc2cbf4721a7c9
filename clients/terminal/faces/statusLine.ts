/** The one line below the input: what the session runs with and what it does now. */
import type { Login } from "../../../protocol/index.ts";
import type { LinkState } from "../../common/session/liveSession.ts";
import type { SessionView } from "../../common/session/sessionView.ts";

export type StatusFacts = {
	readonly link: LinkState;
	readonly view: SessionView | null;
	/** What is typed answers a cell's question. */
	readonly asked: boolean;
	/** Inputs that were typed before they could be sent. */
	readonly waiting: number;
	/** A short message that stands for the moment, for example why no completion came. */
	readonly message: string | null;
};

/**
 * What is set stands left, what happens right; a narrow terminal loses the left part first. Who has switched permissions
 * off sees it all the time, in front.
 */
export const statusParts = ({
	link,
	view,
	asked,
	waiting,
	message,
}: StatusFacts): { danger: string | null; left: string; right: string } => {
	const left = view === null ? "" : settingsParts(view).join(" · ");
	const right: string[] = [];
	if (message !== null) right.push(message);
	if (link.kind === "lost") right.push(`no server: ${link.reason}`);
	else if (link.kind === "joining") right.push("starting");
	if (view !== null) right.push(...activityParts(view));
	if (asked) right.push("waits for your line");
	if (waiting > 0) right.push(`${waiting} waiting`);
	return { danger: view?.settings.permissions === "yolo" ? "yolo" : null, left, right: right.join(" · ") };
};

const settingsParts = (view: SessionView): string[] => {
	const { backend, model, login, permissions } = view.settings;
	const parts = [backend ?? "no backend"];
	if (model !== null) parts.push(model);
	parts.push(loginWord(login));
	if (permissions !== "ask" && permissions !== "yolo") parts.push(permissions);
	const context = contextText(view);
	if (context !== null) parts.push(context);
	return parts;
};

const loginWord = (login: Login): string => {
	switch (login.kind) {
		case "login":
			return login.name;
		case "storedKey":
			return `key ${login.name}`;
		case "environment":
			return `$${login.name}`;
		case "notNeeded":
			return "no login needed";
		case "missing":
			return "no login: %ipyai backend";
		default:
			return login satisfies never;
	}
};

const contextText = ({ usage }: SessionView): string | null => {
	if (usage?.contextTokens == null) return null;
	const used = tokensText(usage.contextTokens);
	if (usage.contextWindow === null) return `${used} tokens`;
	const percent = Math.round((100 * usage.contextTokens) / usage.contextWindow);
	return `${used}/${tokensText(usage.contextWindow)} ${percent}%`;
};

/** `950`, `12.3k`, `200k`, `1.5M`. */
export const tokensText = (tokens: number): string => {
	if (tokens < 1000) return String(tokens);
	const [value, unit] = tokens < 999_500 ? [tokens / 1000, "k"] : [tokens / 1_000_000, "M"];
	return `${value < 100 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)}${unit}`;
};

const barWidth = 12;

/** `downloading model.gguf, 1.2 GB of 2.5 GB ▓▓▓▓▓▓░░░░░░ 48%`. */
const progressText = ({ text, share }: { text: string; share: number | null }): string => {
	if (share === null) return text;
	const filled = Math.round(barWidth * share);
	return `${text} ${"▓".repeat(filled)}${"░".repeat(barWidth - filled)} ${Math.floor(100 * share)}%`;
};

const isObserver = ({ participants, participantId }: SessionView): boolean =>
	participants.some((each) => each.participantId === participantId && each.role === "observer");

const activityParts = (view: SessionView): string[] => {
	const parts: string[] = [];
	if (view.kernel === null) parts.push("no kernel");
	else if (view.kernel.status === "dead") parts.push("kernel dead");
	else if (view.kernel.status === "starting") parts.push("kernel starting");
	const cell = view.cells.values().next().value;
	if (cell !== undefined) {
		const more = view.cells.size > 1 ? ` +${view.cells.size - 1}` : "";
		parts.push(`In [${cell.executionCount ?? view.nextExecutionCount}] runs${more}`);
	}
	if (view.working !== null) parts.push(progressText(view.working));
	const turn = view.runningTurn;
	if (turn !== null) {
		const call = turn.calls.values().next().value;
		if (turn.retry !== null)
			parts.push(
				`retry ${turn.retry.attempt} in ${Math.ceil(turn.retry.delayMs / 1000)} s: ${turn.retry.reason}`,
			);
		else if (turn.progress !== null) parts.push(progressText(turn.progress));
		else if (view.approvals.size > 0) parts.push(isObserver(view) ? "waits for somebody" : "waits for you");
		else if (call !== undefined)
			parts.push(call.waiting ? `${call.name} waits for the running cell` : `${call.name} runs`);
		else parts.push([...turn.texts.values()].some((part) => part.kind === "text") ? "answering" : "thinking");
	}
	const [terminal, ...more] = view.terminals;
	if (terminal !== undefined)
		parts.push(more.length === 0 ? `terminal: ${terminal.command}` : `${more.length + 1} terminals`);
	const queued = view.queuedTurns.length;
	if (queued > 0) parts.push(`${queued} queued`);
	const others = view.participants.length - 1;
	if (others > 0) parts.push(`+${others} here`);
	return parts;
};
