/** A session as one file: JSON lines, a head and then its events, without secrets; and back. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { setImmediate as pause } from "node:timers/promises";
import { z } from "zod";
import { type Content, type SessionEvent, StoredEvent } from "../../../protocol/index.ts";
import { Lines } from "../../backends/programs/lines.ts";
import { type RedactTexts, redactValues } from "../../redaction/redaction.ts";
import type { Owner, Store } from "../../store/store.ts";
import { RequestError } from "../errors.ts";
import { newId } from "../ids.ts";
import { endOpen } from "./forks.ts";
import { toEntries } from "./imports.ts";
import { sizeProblem, writeWhole } from "./notebookFiles.ts";

const Head = z.looseObject({ format: z.literal("ipyai-session"), version: z.literal(1) });

const pageSize = 500;

/** What a file is called that nobody gave a name. */
export const exportName = (sessionId: string): string => `ipyai-session-${sessionId.slice(0, 8)}.jsonl`;

/** Returns how many events were written. */
export const writeSession = async (
	store: Store,
	sessionId: string,
	path: string,
	redact: RedactTexts,
): Promise<number> => {
	await requireOurs(path);
	let events = 0;
	const { headSeq } = store.session(sessionId)!;
	const lines = async function* () {
		yield `${JSON.stringify({ format: "ipyai-session", version: 1, sessionId })}\n`;
		let held: StoredEvent | null = null;
		const write = async (whole: readonly StoredEvent[]): Promise<string> => {
			events += whole.length;
			const { values } = await redactValues(
				whole.map(({ event }) => told(event)),
				redact,
			);
			return whole.map(({ seq, at }, i) => `${JSON.stringify({ seq, at, event: values[i] })}\n`).join("");
		};
		for (let after = 0; ; ) {
			const page = store.eventPage(sessionId, after, headSeq, pageSize);
			if (page.length === 0) break;
			after = page.at(-1)!.seq;
			const whole: StoredEvent[] = [];
			for (const next of page) {
				const joined: StoredEvent | null = held && joinStreams(held, next);
				if (held && !joined) whole.push(held);
				held = joined ?? next;
			}
			yield await write(whole);
			await pause();
		}
		if (held) yield await write([held]);
	};
	await writeWhole(path, lines(), "private");
	return events;
};

/** What is no exported session is not written over. */
const requireOurs = async (path: string): Promise<void> => {
	const stats = await stat(path).catch(() => null);
	if (!stats?.isFile() || stats.size === 0 || (await isExported(path))) return;
	throw new RequestError(
		"invalidParams",
		`${path} is there, and no exported session: choose another name, or take it away.`,
	);
};

const isExported = async (path: string): Promise<boolean> => {
	try {
		for await (const line of linesOf(createReadStream(path, { end: maxHeadBytes })))
			return Head.safeParse(parseLine(line)).success;
	} catch {
		// What cannot be read is not known to be one.
	}
	return false;
};

const maxHeadBytes = 1000;

/** Two pieces of one stream as one event, so that a secret which came in two pieces is found. */
const joinStreams = (first: StoredEvent, second: StoredEvent): StoredEvent | null => {
	const [a, b] = [first.event, second.event];
	if (!("output" in a) || !("output" in b) || a.kind !== b.kind || a.cellId !== b.cellId) return null;
	if (a.output.kind !== "stream" || b.output.kind !== "stream" || a.output.name !== b.output.name)
		return null;
	const output = { ...a.output, text: a.output.text + b.output.text };
	return { ...first, event: { ...a, output } };
};

/** What was left out of an output lies in a file that does not come along. */
const told = (event: SessionEvent): SessionEvent =>
	"output" in event && event.output.kind === "omitted"
		? { ...event, output: { ...event.output, blobId: null } }
		: event;

/** A file does not decide on kernels, people and permissions of this machine. */
const stays = new Set<SessionEvent["kind"]>([
	"kernelAttached",
	"kernelDetached",
	"participantJoined",
	"participantLeft",
	"settingsChanged",
]);

/** Makes a stored session from a file. All or nothing. */
export const readSession = async (
	store: Store,
	owner: Owner,
	path: string,
	cwd: string,
	signal: AbortSignal,
): Promise<{ sessionId: string; events: number }> => {
	const sessionId = newId();
	store.beginCopy(sessionId, cwd, owner);
	try {
		const events = await readEvents(store, sessionId, path, cwd, signal);
		endOpen(store, sessionId);
		await rebuildEntries(store, sessionId);
		store.markClosed(sessionId);
		store.endCopy(sessionId);
		return { sessionId, events };
	} catch (error) {
		store.deleteSession(sessionId);
		if (error instanceof RequestError) throw error;
		const code = (error as NodeJS.ErrnoException).code === "ENOENT" ? "itemNotFound" : "invalidParams";
		throw new RequestError(code, `${path} could not be read: ${(error as Error).message}.`, { cause: error });
	}
};

const readEvents = async (
	store: Store,
	sessionId: string,
	path: string,
	cwd: string,
	signal: AbortSignal,
): Promise<number> => {
	let number = 0;
	let count = 0;
	let page: StoredEvent[] = [];
	const insert = () => {
		store.insertEvents(sessionId, page);
		page = [];
	};
	const problem = await sizeProblem(path);
	if (problem !== null) throw new RequestError("invalidParams", `${path} could not be imported: ${problem}.`);
	for await (const line of linesOf(createReadStream(path, { signal }))) {
		number++;
		if (line.trim() === "") continue;
		const broken = (why: string) =>
			new RequestError("invalidParams", `${path} is no exported session: line ${number} ${why}.`);
		const json = parseLine(line);
		if (json === undefined) throw broken("is not JSON");
		if (number === 1) {
			if (!Head.safeParse(json).success) throw broken('does not say "ipyai-session", version 1');
			continue;
		}
		const parsed = StoredEvent.safeParse(json);
		if (!parsed.success) throw broken(`holds no event: ${parsed.error.issues[0]?.message}`);
		// What a file says of other files on this machine is not believed.
		const event = told(parsed.data.event);
		count++;
		if (stays.has(event.kind)) continue;
		page.push({ ...parsed.data, event: event.kind === "sessionCreated" ? { ...event, cwd } : event });
		if (page.length < pageSize) continue;
		insert();
		await pause();
	}
	if (number === 0) throw new RequestError("invalidParams", `${path} is no exported session: it is empty.`);
	insert();
	return count;
};

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
	const lines = new Lines();
	for await (const bytes of stream) yield* lines.feed(bytes);
	const last = lines.end();
	if (last !== "") yield last;
}

const parseLine = (line: string): unknown => {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
};

/** The canonical transcript, from what the events say of each turn. */
const rebuildEntries = async (store: Store, sessionId: string): Promise<void> => {
	for (let after = 0; ; ) {
		const items = store.itemsAfter(sessionId, after, 100);
		if (items.length === 0) return;
		for (const item of items) {
			after = item.seq;
			if (item.kind !== "turn") continue;
			const start = store.turnStart(sessionId, item.turnId);
			if (!start) continue;
			const rendered: readonly Content[] = start.rendered;
			const partial = item.stopReason === "cancelled" || item.stopReason === "failed";
			const entries = toEntries(rendered, item.parts, partial);
			store.insertEntries(
				sessionId,
				entries.map((entry) => ({ turnId: item.turnId, entry })),
			);
		}
		await pause();
	}
};
