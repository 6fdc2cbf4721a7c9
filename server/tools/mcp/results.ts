/** What a server answers, as content for a model: text of others, bounded, and pictures as pictures. */
import { cutMiddle } from "../../../ground/text/cutMiddle.ts";
import { plainText, rowText } from "../../../ground/text/plainText.ts";
import { wellFormed } from "../../../ground/text/wellFormed.ts";
import type { Content } from "../../../protocol/index.ts";

/** Of all texts of an answer together. */
const maxChars = 40_000;
const maxPictures = 8;
/** In base64 characters, all pictures together. */
const maxPictureChars = 5_000_000;

type Json = Readonly<Record<string, unknown>>;

/** The parts of MCP's `content`; what is of no use to a model is named. */
export const contentOf = (parts: unknown, structured: unknown): Content[] => {
	const given = Array.isArray(parts) ? parts.filter(isObject) : [];
	const room = { chars: maxChars, pictures: maxPictures, pictureChars: maxPictureChars };
	const content = given.map((part) => partOf(part, room));
	if (content.length === 0 && structured !== undefined)
		content.push(textOf(JSON.stringify(structured), room));
	return joined(content.filter((part) => part !== null));
};

/** Of what is read: the contents of a resource. */
export const resourceContent = (contents: unknown): Content[] =>
	contentOf(
		Array.isArray(contents) ? contents.map((resource) => ({ type: "resource", resource })) : [],
		undefined,
	);

type Room = { chars: number; pictures: number; pictureChars: number };

const partOf = (part: Json, room: Room): Content | null => {
	switch (part.type) {
		case "text":
			return textOf(part.text, room);
		case "image":
			return pictureOf(part.mimeType, part.data, room);
		case "audio":
			return textOf(`[${nameOf(part.mimeType)}: a sound, left out]`, room);
		case "resource_link":
			return textOf(`[resource ${nameOf(part.uri)} ${nameOf(part.name)}: ${nameOf(part.description)}]`, room);
		case "resource": {
			const resource = isObject(part.resource) ? part.resource : {};
			if (typeof resource.text === "string")
				return textOf(`[resource ${nameOf(resource.uri)}]\n${resource.text}`, room);
			return typeof resource.blob === "string"
				? pictureOf(resource.mimeType, resource.blob, room)
				: textOf(`[resource ${nameOf(resource.uri)}: empty]`, room);
		}
		default:
			return textOf(`[${nameOf(part.type)}: left out]`, room);
	}
};

const textOf = (text: unknown, room: Room): Content => {
	const whole = typeof text === "string" ? wellFormed(text) : "";
	const cut = cutMiddle(whole, Math.max(room.chars, 200));
	room.chars -= cut.text.length;
	return { kind: "text", text: cut.text };
};

/** By how it begins: a picture that is none would fail every later request of the conversation. */
const pictureType = (data: string): string | null => {
	const head = Buffer.from(data.slice(0, 32), "base64").toString("latin1");
	if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
	if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
	if (/^GIF8[79]a/.test(head)) return "image/gif";
	return /^RIFF[\s\S]{4}WEBP/.test(head) ? "image/webp" : null;
};

const pictureOf = (mimeType: unknown, data: unknown, room: Room): Content => {
	const type = typeof data === "string" && isBase64(data) ? pictureType(data) : null;
	if (typeof data !== "string" || type === null)
		return textOf(`[${nameOf(mimeType)}: left out, models take no such thing]`, room);
	if (room.pictures === 0 || data.length > room.pictureChars)
		return textOf(`[${type}: left out, there is no room for more pictures]`, room);
	room.pictures--;
	room.pictureChars -= data.length;
	return { kind: "image", mimeType: type, data };
};

const isBase64 = (data: string): boolean =>
	data.length > 0 && data.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(data);

/** Texts that stand beside each other are one: a thousand small parts are no thousand items. */
const joined = (content: readonly Content[]): Content[] => {
	const all: Content[] = [];
	let texts: string[] = [];
	const end = (): void => {
		if (texts.length > 0) all.push({ kind: "text", text: cutMiddle(texts.join("\n"), maxChars).text });
		texts = [];
	};
	for (const part of content) {
		if (part.kind === "text") texts.push(part.text);
		else {
			end();
			all.push(part);
		}
	}
	end();
	return all;
};

/** A name of others, short and on one row. */
const nameOf = (text: unknown): string =>
	typeof text === "string" ? rowText(plainText(text.slice(0, 200))).toWellFormed() : "";

const isObject = (json: unknown): json is Json => typeof json === "object" && json !== null;
