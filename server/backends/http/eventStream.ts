/**
 * The events of a streamed answer, from the bytes of an HTTP response. It reads what servers send that say they stream
 * as the providers do:
 *
 * - all three ends of lines, comments, events without data, a last event without a blank line behind it;
 * - events whose name stands in the data alone, or in the `event` field alone;
 * - an answer that is one JSON body although a stream was asked for: it is the only event;
 * - failures as an `error` event, an `error` member of any event, or an `error` field: they are thrown.
 */
import { Aborted } from "../loop/abort.ts";
import { leave, readLines } from "./bodyLines.ts";
import { errorFacts } from "./errorFacts.ts";
import { BrokenAnswer, ReportedFailure, summarizeText } from "./failure.ts";

export type WireEvent = { readonly [key: string]: unknown };

/** The server said that nothing more comes. */
export const doneEvent: WireEvent = { type: "[DONE]" };

/** Takes an answer event by event. */
export type EventReader = {
	/** True when the answer is whole: nothing more of it is read. */
	take(event: WireEvent): boolean;
	/** Whether only counts, or the end of the stream, may follow an event; absent where the answer has an end of its own. */
	isLast?(event: WireEvent): boolean;
};

/** A server that forgets the end of its stream is not waited for longer. */
const endWaitMs = 10_000;

/**
 * Gives the reader all events, until it has enough or the server said `[DONE]`. Rejects as its parts say, and with
 * `Aborted` as soon as the signal fires; the connection is let go of then.
 */
export const readEvents = async (
	response: Response,
	signal: AbortSignal,
	reader: EventReader,
	waitMs = endWaitMs,
): Promise<void> => {
	const stray: string[] = [];
	let count = 0;
	let name = "";
	let data: string[] = [];
	let chars = 0;
	let isEnding = false;
	let ending: NodeJS.Timeout | undefined;
	const body = (response.body ?? new Blob([]).stream()).getReader();
	try {
		for await (const lines of readLines(body, signal, maxEventChars))
			for (const line of lines) {
				chars += line.length;
				if (chars > maxEventChars) throw tooLong();
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
				// What stands outside of events may still be one answer.
				if (count > 0 || stray.length === 0) chars = 0;
				if (event === null) continue;
				count++;
				isEnding ||= reader.isLast?.(event) === true;
				if (isEnding) {
					clearTimeout(ending);
					ending = setTimeout(() => leave(body), waitMs);
				}
				if (reader.take(event) || event === doneEvent) return;
			}
	} finally {
		clearTimeout(ending);
	}
	if (signal.aborted) throw new Aborted();
	if (count === 0) reader.take(wholeAnswer(stray.join("\n")));
};

/** What an event, or an answer in one piece, may have: several times the longest answer. Reading it holds nobody up. */
const maxEventChars = 8_000_000;

const tooLong = () =>
	new BrokenAnswer(
		`The server sent more than ${maxEventChars.toLocaleString("en")} characters in one event`,
		"Choose another model with %ipyai model, or another backend with %ipyai backend.",
	);

/** A field of the standard says nothing to us; llama.cpp of 2025 told failures under `error`. */
const otherFields: ReadonlySet<string> = new Set(["id", "retry"]);

const toField = (line: string): { field: string; value: string } => {
	const colon = line.indexOf(":");
	if (colon < 0) return { field: line, value: "" };
	return { field: line.slice(0, colon), value: line.slice(colon + (line[colon + 1] === " " ? 2 : 1)) };
};

const toEvent = (name: string, data: string): WireEvent | null => {
	if (data.length < 20) {
		const word = data.trim().toUpperCase();
		if (word === "") return null;
		if (word === "[DONE]") return doneEvent;
	}
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
