/**
 * The events of a streamed answer, from the bytes of an HTTP response. It reads what servers send that say they stream
 * as the providers do:
 *
 * - all three ends of lines, comments, events without data, a last event without a blank line behind it;
 * - events whose name stands in the data alone, or in the `event` field alone;
 * - an answer that is one JSON body although a stream was asked for: it is the only event;
 * - failures as an `error` event, an `error` member of any event, or an `error` field: they are thrown.
 */
import { errorFacts } from "./errorFacts.ts";
import { BrokenAnswer, ReportedFailure, summarizeText } from "./failure.ts";

export type WireEvent = { readonly [key: string]: unknown };

/** Servers that neither close the connection nor say `[DONE]` behind their last event are not waited for. */
export type Ending = {
	isLast(event: WireEvent): boolean;
	/** How long another event may take after the last one. */
	readonly waitMs: number;
};

/** The server said that nothing more comes. */
export const doneEvent: WireEvent = { type: "[DONE]" };

/** Ends with the body or with `[DONE]`; lets go of the connection when the signal fires, and soon when the reader leaves. */
export async function* readEvents(
	response: Response,
	signal: AbortSignal,
	ending: Ending = { isLast: () => false, waitMs: 0 },
): AsyncGenerator<WireEvent> {
	const patience = new Patience(ending.waitMs);
	const stray: string[] = [];
	let count = 0;
	let name = "";
	let data: string[] = [];
	for await (const line of readLines(response, signal, patience)) {
		const { field, value } = toField(line);
		if (field === "event") name = value;
		else if (field === "data") data.push(value);
		else if (field === "error") {
			name = "error";
			data.push(value);
		} else if (line !== "" && field !== "" && !otherFields.has(field)) stray.push(line);
		if (line !== "") continue;
		const event = toEvent(name, data.join("\n"));
		name = "";
		data = [];
		if (event === null) continue;
		count++;
		if (patience.isLimited || ending.isLast(event)) patience.limit();
		yield event;
		if (event === doneEvent) return;
	}
	if (count > 0) return;
	yield wholeAnswer(stray.join("\n"));
}

/** A field of the standard says nothing to us; llama.cpp of 2025 told failures under `error`. */
const otherFields: ReadonlySet<string> = new Set(["id", "retry"]);

const toField = (line: string): { field: string; value: string } => {
	const colon = line.indexOf(":");
	if (colon < 0) return { field: line, value: "" };
	return { field: line.slice(0, colon), value: line.slice(colon + (line[colon + 1] === " " ? 2 : 1)) };
};

const toEvent = (name: string, data: string): WireEvent | null => {
	if (data.trim() === "") return null;
	if (data.trim().toUpperCase() === "[DONE]") return doneEvent;
	let value: unknown;
	try {
		value = JSON.parse(data);
	} catch {
		if (name === "error") throw toFailure(data);
		throw new BrokenAnswer("The answer held an event that is not valid JSON");
	}
	if (typeof value !== "object" || value === null) return null;
	const event = value as WireEvent;
	if (name === "error" || event.type === "error" || event.error) throw toFailure(event);
	return event.type === undefined && name !== "" ? { ...event, type: name } : event;
};

const toFailure = (body: unknown): ReportedFailure => {
	const facts = errorFacts(body);
	const message = facts?.message ?? "The answer failed, without a word why.";
	return new ReportedFailure(message, facts?.type ?? null, facts?.status ?? null);
};

/** The event with an object where its type has one, whatever the server put there. */
export const withObject = (event: WireEvent, byType: Readonly<Record<string, string>>): WireEvent => {
	const name = byType[String(event.type)];
	if (name === undefined || (typeof event[name] === "object" && event[name] !== null)) return event;
	return { ...event, [name]: {} };
};

/** What came instead of a stream. */
const wholeAnswer = (text: string): WireEvent => {
	if (text.trim() === "") throw new BrokenAnswer("The server answered with nothing");
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		const what = summarizeText(text);
		throw new BrokenAnswer(`The server sent no model's answer but ${what}`, "Check the base URL.");
	}
	const event = Array.isArray(body) ? body[0] : body;
	if (typeof event !== "object" || event === null || event.error) throw toFailure(event ?? text);
	return event as WireEvent;
};

/** The lines of the body; one that no line end closes counts, and an empty one stands at the end. */
async function* readLines(
	response: Response,
	signal: AbortSignal,
	patience: Patience,
): AsyncGenerator<string> {
	const reader = response.body?.getReader();
	if (reader === undefined) return;
	const leave = () => void reader.cancel().catch(() => {});
	signal.addEventListener("abort", leave, { once: true });
	try {
		const decoder = new TextDecoder();
		let pending = "";
		let afterReturn = false;
		for (;;) {
			const read = await patience.with(reader.read());
			if (read === null) break;
			const { done, value } = read;
			let text = done ? decoder.decode() : decoder.decode(value, { stream: true });
			if (afterReturn && text.startsWith("\n")) text = text.slice(1);
			if (text !== "") afterReturn = text.endsWith("\r");
			const lines = text.split(/\r\n|\n|\r/);
			lines[0] = pending + lines[0];
			pending = lines.pop()!;
			yield* lines;
			if (done) break;
		}
		yield* pending === "" ? [""] : [pending, ""];
	} finally {
		signal.removeEventListener("abort", leave);
		if (signal.aborted) leave();
		else void drain(reader);
	}
}

/** Waiting that has a limit from some moment on. */
class Patience {
	readonly #waitMs: number;
	#until: number | null = null;

	constructor(waitMs: number) {
		this.#waitMs = waitMs;
	}

	get isLimited(): boolean {
		return this.#until !== null;
	}

	limit(): void {
		this.#until = performance.now() + this.#waitMs;
	}

	/** What was waited for; `null` when it took too long. */
	async with<T>(promise: Promise<T>): Promise<T | null> {
		if (this.#until === null) return promise;
		// What it comes to later, nobody reads.
		promise.catch(() => {});
		const left = this.#until - performance.now();
		if (left <= 0) return null;
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<null>((resolve) => {
			timer = setTimeout(() => resolve(null), left);
		});
		return Promise.race([promise, late]).finally(() => clearTimeout(timer));
	}
}

const drainMs = 1_000;

/**
 * Behind the last event comes the end of the body, or nothing for long. Once that is read, too, the connection serves
 * the next request.
 */
const drain = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> => {
	const timer = setTimeout(() => void reader.cancel().catch(() => {}), drainMs).unref();
	try {
		while (!(await reader.read()).done);
	} catch {
		// The connection broke, or was broken off.
	} finally {
		clearTimeout(timer);
	}
};
