import type { Backend, Environment } from "../backends/backend.ts";
import type { Access } from "../context/access.ts";
import type { Surroundings } from "./prompt.ts";

/** A suggestion that is wanted, with what it may need. */
export type CompletionRequest = {
	/** Names the document among those of all clients. */
	readonly documentKey: string;
	/** Text before and after the cursor. */
	readonly prefix: string;
	readonly suffix: string;
	/** Code above the text that belongs to it: the cells of a notebook. */
	readonly above: readonly string[];
	/** Names the namespace the suggestion was made for; a new kernel makes old suggestions void. */
	readonly kernelId: string | null;
	/** What was suggested here already: another is wanted. */
	readonly instead: readonly string[];
	/** Nobody asked for it: it waits until the person has paused. */
	readonly automatic: boolean;
	/** Looks up what the prompt tells; called only when a model is asked. */
	gather(signal: AbortSignal): Promise<Surroundings>;
	/** For each access the first step that live objects surely lack, `null` for none. */
	findMissing(accesses: readonly Access[], signal: AbortSignal): Promise<readonly (number | null)[]>;
	readonly backend: Backend;
	readonly model: string;
	readonly environment: Environment;
	/** Takes secrets out of what goes to a model. */
	redact(text: string): string;
	readonly cwd: string;
	/** Cancelled by who asked. */
	readonly signal: AbortSignal;
	/** Nobody is there any more. */
	readonly gone: AbortSignal;
};
