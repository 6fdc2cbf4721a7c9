import { sessionName, sessionTable, toSessionRef } from "../../protocol/sessionList.ts";
import { forkSession } from "../sessions/files/archive.ts";
import { type InputRange, rerunCells } from "../sessions/python/rerun.ts";
import { afterCell, type Command, CommandError, withoutQuotes } from "./command.ts";

/** `%ipyai` words about sessions and kernels. */
export const sessionCommands = {
	sessions: {
		usage: "sessions [all]",
		summary: "this folder's sessions (or all)",
		run: ({ session, sessions }, rest) => {
			const { sessions: found } = sessions.list(
				{ ...(rest !== "all" && { cwd: session.cwd }), limit: 21 },
				session.environment,
			);
			const { sessionId } = session;
			const isAlone = found.every((each) => each.sessionId === sessionId);
			const where = rest === "all" ? "" : " for this directory";
			const none = `No other sessions found${where}.`;
			return { text: isAlone ? none : sessionTable(found.slice(0, 20), none, sessionId) };
		},
	},
	rename: {
		usage: "rename TITLE",
		summary: "give this session a title",
		run: ({ session }, rest) => {
			const title = withoutQuotes(rest);
			if (title === "") throw new CommandError("write a title after it.");
			session.log.add({ kind: "sessionRenamed", title });
			return { text: `title = ${title}` };
		},
	},
	fork: {
		usage: "fork [TITLE]",
		summary: "a second session with this one's past",
		run: async ({ session, sessions }, rest) => {
			const fork = await forkSession(sessions, {
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
		run: ({ sessions, session }, rest) => {
			if (rest !== "") sessions.check(toSessionRef(rest, session.cwd), session.environment);
			return { text: "", action: { kind: "resume", session: rest === "" ? null : rest } };
		},
	},
	rerun: {
		usage: "rerun [N | N- | N-M]",
		summary: "run the last kernel's cells again: all, up to In [N], from it, or between",
		run: (context, rest) => {
			const range = toRange(rest);
			const { session, by, signal } = context;
			return afterCell(context, "The cells run again after this one.", () =>
				rerunCells(session, range, by, signal),
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

/** `7` up to it, `7-` from it on, `3-7` between. */
const toRange = (text: string): InputRange => {
	const match = /^(?:(\d+)\s*(-)\s*)?(\d*)$/.exec(text);
	if (!match) throw new CommandError("write a number of an input, two with - between, or nothing.");
	const [, from, , to] = match;
	return { from: from === undefined ? null : Number(from), to: to === "" ? null : Number(to) };
};
