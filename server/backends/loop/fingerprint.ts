/** A short name for a transcript: equal for equal transcripts, in practice different for others. */
import { hash } from "node:crypto";
import type { Entry } from "../../context/transcript.ts";

const known = new WeakMap<Entry, string>();

/** Entries are not changed once made, so each is read once. */
const ofEntry = (entry: Entry): string => {
	let print = known.get(entry);
	if (print === undefined) {
		print = short(JSON.stringify(entry));
		known.set(entry, print);
	}
	return print;
};

export const fingerprint = (transcript: readonly Entry[]): string => short(transcript.map(ofEntry).join());

const short = (text: string): string => hash("sha256", text, "base64url");
