import { statSync } from "node:fs";
import { SentenceError } from "../sentenceError.ts";
import { reasonOf } from "./fileReason.mjs";

/** There is no folder to work in. The message says why and what to do. */
export class WorkingFolderError extends SentenceError {
	override readonly name = "WorkingFolderError";
}

/** The folder that this program was started in. Fails with `WorkingFolderError` where it is gone or cannot be named. */
export const workingFolder = (): string => {
	let folder: string;
	try {
		folder = process.cwd();
	} catch (cause) {
		throw new WorkingFolderError(
			"The folder you are in was removed: cd to one that exists, and start again.",
			{
				cause,
			},
		);
	}
	try {
		statSync(folder);
		return folder;
	} catch (cause) {
		// What is no UTF-8 has come as U+FFFD, and leads nowhere.
		const why = folder.includes("\ufffd")
			? `The name of the folder you are in is not UTF-8, and here it would be ${folder}, which is another: rename it, or start elsewhere.`
			: `The folder you are in, ${folder}, cannot be looked at: ${reasonOf(cause)}. Start elsewhere.`;
		throw new WorkingFolderError(why, { cause });
	}
};

/** The same for a program that its caller tells a folder later. */
export const workingFolderOr = (fallback: string): string => {
	try {
		return workingFolder();
	} catch {
		return fallback;
	}
};
