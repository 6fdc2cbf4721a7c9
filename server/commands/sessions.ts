import type { SessionSummary } from "../../protocol/index.ts";
import { forkSession } from "../sessions/archive.ts";
import { rerunCells } from "../sessions/rerun.ts";
import { afterCell, type Command, CommandError } from "./command.ts";
import { sessionName } from "./sessionName.ts";
import { firstLine } from "./tables.ts";

/** `%ipyai` words about sessions and kernels. */
export const sessionCommands = {
	sessions: {
		usage: "sessions [all]",
		summary: "this folder's sessions (or all)",
		run: ({ session, services }, rest) => {
			const { sessions } = services.sessions.list(
				{ ...(rest !== "all" && { cwd: session.cwd }), limit: 21 },
				session.environment,
			);
			return { text: sessionsText(sessions.filter(({ sessionId }) => sessionId !== session.sessionId)) };
		},
	},
	rename: {
		usage: "rename TITLE",
		summary: "give this session a title",
		run: ({ session }, rest) => {
			if (rest === "") throw new CommandError("write a title after it.");
			session.log.add({ kind: "sessionRenamed", title: rest });
			return { text: `title = ${rest}` };
		},
	},
	fork: {
		usage: "fork [TITLE]",
		summary: "a second session with this one's past",
		run: async ({ session, services }, rest) => {
			const fork = await forkSession(services.sessions, services.store, {
				sessionId: session.sessionId,
				turnId: null,
				title: rest === "" ? null : rest,
				kernel: null,
				environment: session.environment,
			});
			const name = sessionName({ historySession: null, sessionId: fork.sessionId });
			return {
				text: `Forked: %ipyai resume ${name}, or ipyai -r ${name}. It has the conversation, not the variables.`,
			};
		},
	},
	resume: {
		usage: "resume [ID]",
		summary: "go over to another session",
		run: ({ services, session }, rest) => {
			if (rest !== "") services.sessions.check(toRef(rest, session.cwd), session.environment);
			return { text: "", action: { kind: "resume", session: rest === "" ? null : rest } };
		},
	},
	rerun: {
		usage: "rerun [N]",
		summary: "run the last kernel's cells again, all or up to In [N]",
		run: (context, rest) => {
			if (rest !== "" && !/^\d+$/.test(rest))
				throw new CommandError("write a number of an input, or nothing.");
			const { session, services, by, signal } = context;
			const upTo = rest === "" ? null : Number(rest);
			return afterCell(context, "The cells run again after this one.", () =>
				rerunCells(session, services.store, upTo, by, signal),
			);
		},
	},
	restart: {
		usage: "restart",
		summary: "a new kernel: all variables go, the conversation stays",
		run: () => ({ text: "", action: { kind: "restart" } }),
	},
	detach: {
		usage: "detach",
		summary: "leave, and keep the kernel for ipyai -r",
		run: () => ({ text: "", action: { kind: "detach" } }),
	},
} satisfies Record<string, Command>;

/** A session as `-r` names it. */
const toRef = (text: string, cwd: string) =>
	/^\d+$/.test(text) ? { historySession: Number(text), cwd } : { sessionId: text, cwd };

const sessionsText = (sessions: readonly SessionSummary[]): string => {
	if (sessions.length === 0) return "No other sessions found for this directory.";
	const rows = sessions
		.slice(0, 20)
		.map((each) =>
			[
				sessionName(each).padStart(6),
				localTime(each.createdAt).padEnd(20),
				String(each.cells + each.turns).padStart(5),
				each.state.padEnd(6),
				firstLine(each.title ?? each.lastPrompt ?? "", 60),
			].join("  "),
		);
	return [`${"ID".padStart(6)}  ${"Start".padEnd(20)}   Cmds  State   Last prompt`, ...rows].join("\n");
};

const localTime = (ms: number): string => {
	const date = new Date(ms);
	const two = (value: number): string => String(value).padStart(2, "0");
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};
