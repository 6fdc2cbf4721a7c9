/**
 * Jupyter's wire format: a message as ZMQ frames, signed. Pure.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

export type Header = {
	readonly msg_id: string;
	readonly msg_type: string;
	readonly session: string;
	readonly username: string;
	readonly date: string;
	readonly version: string;
	readonly subshell_id?: string;
};

export type Message = {
	readonly header: Header;
	/** Empty for messages that answer nothing. */
	readonly parent: Partial<Header>;
	readonly metadata: Readonly<Record<string, unknown>>;
	readonly content: Readonly<Record<string, unknown>>;
	/** Absent for what our Python module does not number. */
	readonly said?: Said | undefined;
	/** It was said before we listened. */
	readonly isEarlier?: true;
};

/** The place of a message in all that Python says (`clients/ipython/ipyai/outlet.py`). */
export type Said = {
	readonly number: number;
	/** Bytes up to here of which Python does not know yet that they are stored. */
	readonly unheard: number;
};

const delimiter = Buffer.from("<IDS|MSG>");

export const newMessage = (
	session: string,
	type: string,
	content: Message["content"],
	options: { id?: string | undefined; subshellId?: string | undefined; parent?: Partial<Header> } = {},
): Message => ({
	header: {
		msg_id: options.id ?? randomUUID(),
		msg_type: type,
		session,
		username: "ipyai",
		date: new Date().toISOString(),
		version: "5.4",
		...(options.subshellId === undefined ? {} : { subshell_id: options.subshellId }),
	},
	parent: options.parent ?? {},
	metadata: {},
	content,
});

export const encode = (message: Message, key: string): Buffer[] => {
	const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
		Buffer.from(JSON.stringify(part)),
	);
	return [delimiter, Buffer.from(sign(parts, key)), ...parts];
};

/** `null` for frames that are no message or carry a wrong signature: they are dropped. */
export const decode = (frames: readonly Buffer[], key: string): Message | null => {
	const start = frames.findIndex((frame) => frame.equals(delimiter));
	const [signature, ...parts] = frames.slice(start + 1);
	if (start < 0 || !signature || parts.length < 4) return null;
	const expected = Buffer.from(sign(parts.slice(0, 4), key));
	if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) return null;
	try {
		const [header, parent, metadata, content] = parts.slice(0, 4).map((part) => JSON.parse(part.toString()));
		if (typeof header?.msg_type !== "string") return null;
		const said = saidOf(frames.slice(0, start));
		return { header, parent: parent ?? {}, metadata: metadata ?? {}, content: content ?? {}, said };
	} catch {
		return null;
	}
};

const saidOf = (before: readonly Buffer[]): Said | undefined => {
	for (const frame of before) {
		const found = frame.length < 64 ? /^ipyai:(\d+):(\d+)$/.exec(frame.toString("latin1")) : null;
		if (found) return { number: Number(found[1]), unheard: Number(found[2]) };
	}
	return undefined;
};

/** A message from the texts of its four parts, as Python keeps them. */
export const fromParts = (said: Said, parts: readonly string[]): Message => {
	const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part));
	return { header, parent: parent ?? {}, metadata: metadata ?? {}, content: content ?? {}, said };
};

const sign = (parts: readonly Buffer[], key: string): string => {
	if (!key) return "";
	const hmac = createHmac("sha256", key);
	for (const part of parts) hmac.update(part);
	return hmac.digest("hex");
};
