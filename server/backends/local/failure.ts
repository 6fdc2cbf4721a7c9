/** What went wrong with a model on this machine, as a person should read it. */
import type { Failure } from "../http/failure.ts";
import { DownloadFailed } from "./download.ts";
import { EngineFailure } from "./engine.ts";

/** What the person has to do before there is an answer; stands in the message. */
export class NotReady extends Error {
	override readonly name = "NotReady";
}

export const describeLocalFailure = (thrown: unknown): Failure => {
	const { message } = thrown as Error;
	const tell = (reason: string, advice: string, retries: number): Failure => ({
		text: `local: ${reason}${/[.!?]$/.test(reason) ? "" : "."} ${advice}`.trimEnd(),
		reason,
		retries,
		retryAfterMs: null,
	});
	if (thrown instanceof NotReady) return tell(message, "", 0);
	if (thrown instanceof DownloadFailed)
		return tell(message, "Send the prompt again: the download goes on where it stopped.", 3);
	if (thrown instanceof EngineFailure) return tell(message, ...cures[thrown.reason]);
	return tell(message, "Send the prompt again, or choose another backend with %ipyai backend.", 0);
};

/** The advice, and how often it is tried again by itself. */
const cures: Readonly<Record<EngineFailure["reason"], readonly [string, number]>> = {
	tooLong: ["Begin anew with %ipyai reset, or start ipyai with a longer IPYAI_LOCAL_CONTEXT.", 0],
	load: ["Choose another file with %ipyai model, or a smaller one.", 0],
	ended: ["Send the prompt again; when memory is short, choose a smaller model with %ipyai model.", 1],
	other: ["Send the prompt again, or choose another model with %ipyai model.", 0],
};
