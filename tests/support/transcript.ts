import type { Submission } from "../../clients/common/session/liveSession.ts";
import { type Change, SessionView } from "../../clients/common/session/sessionView.ts";
import { type Face, perform, type Transcript } from "../../clients/common/shell/action.ts";
import { Authors } from "../../clients/common/shell/authors.ts";
import { meaningOf } from "../../clients/common/shell/meaning.ts";
import type { SessionUpdateParams } from "../../protocol/index.ts";
import { sessionState } from "./sessionUpdates.ts";

export type Told = {
	readonly view: SessionView;
	/** Folds updates and tells the transcript what they mean. */
	update(...updates: readonly SessionUpdateParams[]): void;
	tell(changes: readonly Change[]): void;
};

/** A transcript beside its session, in which we are `p1` and `p2` is another. `entry` is where cells and turns come from. */
export const tellTranscript = (
	transcript: Transcript,
	{
		entry = null,
		view = new SessionView("p1", sessionState(), 0),
	}: { entry?: Submission | null; view?: SessionView } = {},
): Told => {
	const authors = new Authors("ipyai terminal");
	authors.see([{ participantId: "p2", name: "ipyai nvim", role: "controller" }]);
	const unanswered = new Set<string>();
	const tell = (changes: readonly Change[]): void => {
		for (const change of changes)
			for (const action of meaningOf(change, {
				view,
				hints: { restart: "%ipyai restart", rerun: "%ipyai rerun" },
				canAnswer: true,
				unanswered,
				author: (by, byName) => authors.of(by, byName, view),
				claim: () => entry,
				isRunning: () => false,
			}))
				if (action.kind in transcript) perform({ transcript } as Face, action as never);
	};
	return {
		view,
		tell,
		update: (...updates) => {
			for (const update of updates) tell(view.fold(update));
		},
	};
};

/** An entry whose input stands there already. */
export const echoedEntry = (code: string): Submission => ({
	requestId: "r1",
	entry: { kind: "cell", code },
	id: null,
	echoed: true,
});
