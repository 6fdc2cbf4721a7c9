import type { Answers } from "../../common/server/connection.ts";
import type { LiveSessionListener, LiveSessionOptions } from "../../common/session/liveSession.ts";
import type { RunArguments } from "./runArguments.ts";

/** What every face gets. */
export type Start = {
	readonly args: RunArguments;
	readonly program: string;
	/** Cells and prompts to begin with. */
	readonly entries: readonly string[];
	/** What stands in the input to begin with. */
	readonly draft: string;
	/**
	 * After this face the program goes on with another session, a name as `-r` takes it or a choice, and begins it with
	 * what was typed for it already.
	 */
	goOver(session: string | null, typed?: Typed): void;
	sessionOptions(listener: LiveSessionListener, answers: Answers): LiveSessionOptions;
};

/** What a person typed before there was a session for it. */
export type Typed = { readonly entries: readonly string[]; readonly draft: string };

export const nothingTyped: Typed = { entries: [], draft: "" };
