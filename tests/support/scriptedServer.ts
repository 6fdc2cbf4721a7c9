import type { ServerConnection } from "../../clients/common/server/connection.ts";
import type {
	InputRequestParams,
	SessionEvent,
	SessionHint,
	SessionUpdateParams,
} from "../../protocol/index.ts";
import { createUpdates, sessionState } from "./sessionUpdates.ts";

export type ScriptedServer = {
	readonly connection: ServerConnection;
	/** What the client asked, `method params` each. */
	readonly requests: readonly string[];
	/** What it answers to a method from now on; fails with an error. */
	answers(method: string, result: unknown): void;
	event(event: SessionEvent): void;
	hint(hint: SessionHint): void;
	ask(request: Omit<InputRequestParams, "sessionId">): void;
	lose(): void;
};

/** A server that a test speaks for: session `s1`, in which the client is `p1`. The first cell it is sent is `own`. */
export const scriptedServer = (): ScriptedServer => {
	const requests: string[] = [];
	const updates = createUpdates();
	let onUpdate: (update: SessionUpdateParams) => void = () => {};
	let onInputRequest: (request: InputRequestParams) => void = () => {};
	let onLost = (): void => {};
	const opened = { participantId: "p1", state: sessionState(), seq: 0 };
	const answers: Record<string, unknown> = {
		"session/new": opened,
		"session/attach": { ...opened, replay: { kind: "events", events: [] } },
		"cell/execute": { cellId: "own" },
		"session/prompt": { turnId: "turn" },
		"kernel/isComplete": { status: "complete", indent: "" },
		"kernel/complete": { start: 0, end: 0, matches: [] },
		"kernel/history": { entries: [] },
		"session/close": { ended: true, others: [] },
	};
	return {
		requests,
		connection: {
			aiShell: {} as never,
			request: async (method, params) => {
				requests.push(`${method} ${JSON.stringify(params)}`);
				const answer = answers[method] ?? {};
				if (answer instanceof Error) throw answer;
				return answer as never;
			},
			notify: () => {},
			onUpdate: (handler) => {
				onUpdate = handler;
			},
			onInputRequest: (handler) => {
				onInputRequest = handler;
			},
			onLost: (handler) => {
				onLost = handler;
			},
			close: () => {},
		},
		answers: (method, result) => {
			answers[method] = result;
		},
		event: (event) => onUpdate(updates.event(event)),
		hint: (hint) => onUpdate(updates.hint(hint)),
		ask: (request) => onInputRequest({ sessionId: "s1", ...request }),
		lose: () => onLost(),
	};
};
