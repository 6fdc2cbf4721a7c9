/**
 * The exact log: what the model was sent and what it answered, in full, one JSON object per line in the
 * predecessors' form; tool calls and completions beside it, told apart by `kind`. Only when a person asks for it.
 */
import { appendFileSync, closeSync, constants, fstatSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { closeToOthers, makeFolder, openOwnFile } from "../../../ground/paths/privateFiles.mjs";
import { checkWay } from "../../../ground/paths/privateWay.mjs";
import { pythonJson } from "../../../ground/python/pythonJson.ts";

export type ExactRecord =
	| { readonly prompt: string; readonly response: string }
	| {
			readonly kind: "tool";
			readonly name: string;
			readonly arguments: Readonly<Record<string, unknown>>;
			readonly result: string;
			readonly is_error: boolean;
	  }
	| {
			readonly kind: "completion";
			readonly prefix: string;
			readonly suffix: string;
			readonly completion: string | null;
	  };

/** Then the file becomes `….1`, in place of the one before. */
const maxBytes = 50_000_000;

/**
 * Appends a record; throws what the disk says, or `PrivatePathError`. `session` is IPython's number.
 */
export const appendExact = (path: string, session: number, record: ExactRecord, limit = maxBytes): void => {
	const line = `${pythonJson({ ts: timestamp(), session, ...record })}\n`;
	checkWay(path);
	makeFolder(dirname(path));
	const { O_APPEND, O_CREAT, O_WRONLY } = constants;
	const open = () => openOwnFile(path, O_APPEND | O_CREAT | O_WRONLY);
	let file = open();
	try {
		const { size } = fstatSync(file);
		if (size > 0 && size + Buffer.byteLength(line) > limit) {
			renameSync(path, `${path}.1`);
			closeSync(file);
			file = open();
		}
		closeToOthers(path);
		appendFileSync(file, line);
	} finally {
		closeSync(file);
	}
};

/** As Python's `datetime.now(timezone.utc).isoformat()`: microseconds and an offset. */
const timestamp = (): string => {
	const microseconds = Math.floor((performance.timeOrigin + performance.now()) * 1000);
	const seconds = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19);
	return `${seconds}.${String(microseconds % 1_000_000).padStart(6, "0")}+00:00`;
};
