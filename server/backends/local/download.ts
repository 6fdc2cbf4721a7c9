/**
 * Downloads a model file. What has arrived lies in `FILE.part` and is gone on with the next time, also after the
 * server has ended; the file takes its name when all of it is there.
 */
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Environment } from "../backend.ts";
import { fetchFor } from "../http/fetch.ts";
import { readVariable } from "../programs/environment.ts";
import { objectIn } from "../programs/json.ts";

export type DownloadProgress = { readonly bytes: number; readonly total: number | null };

/** The file could not be had now; what has arrived is kept. */
export class DownloadFailed extends Error {
	override readonly name = "DownloadFailed";
}

/**
 * Gets `url` into `path`, and tells how far it is. Throws `DownloadFailed`, what the file system throws, and something
 * as soon as the signal fires.
 */
export async function* download(
	url: string,
	path: string,
	environment: Environment,
	signal: AbortSignal,
): AsyncGenerator<DownloadProgress> {
	const part = partOf(path);
	mkdirSync(dirname(path), { recursive: true });
	const kept = keptPart(part, url);
	const response = await ask(url, kept, environment, signal);
	const { status, headers } = response;
	// The range starts behind the end: all of it is there.
	if (status === 416 && kept !== null && totalOf(headers) === kept.bytes) return finish(part, path);
	if (status === 416 && kept !== null) {
		discard(part);
		throw new DownloadFailed(
			`${url} is another file now than when its download began. Send the prompt again.`,
		);
	}
	if ((status !== 200 && status !== 206) || response.body === null)
		throw new DownloadFailed(`${url} was answered with ${status}${adviceFor(status)}`);
	const start = status === 206 ? (kept?.bytes ?? 0) : 0;
	const total = status === 206 ? totalOf(headers) : lengthOf(headers);
	if (start === 0) writeFileSync(`${part}.from`, JSON.stringify({ url, tag: headers.get("etag") }));
	const file = await open(part, start === 0 ? "w" : "a");
	let bytes = start;
	try {
		yield { bytes, total };
		for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
			signal.throwIfAborted();
			await file.write(chunk);
			bytes += chunk.byteLength;
			yield { bytes, total };
		}
	} catch (error) {
		if (signal.aborted || (error as NodeJS.ErrnoException).code === "ENOSPC") throw error;
		throw new DownloadFailed(`The download of ${basename(path)} broke off (${messageOf(error)})`, {
			cause: error,
		});
	} finally {
		await file.close();
	}
	if (total !== null && bytes < total)
		throw new DownloadFailed(`The download of ${basename(path)} broke off after ${bytes} of ${total} bytes`);
	// Somebody else has written to it.
	if (statSync(part).size !== bytes) {
		discard(part);
		throw new DownloadFailed(`The download of ${basename(path)} was disturbed by another`);
	}
	finish(part, path);
}

/** Where that lies which has arrived. */
export const partOf = (path: string): string => `${path}.part`;

type Kept = { readonly bytes: number; readonly tag: string | null };

/** What has arrived of this address before. The rest of another one would not fit. */
const keptPart = (part: string, url: string): Kept | null => {
	const from = objectIn(`${part}.from`);
	const bytes = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
	if (from?.url !== url || bytes === 0) return null;
	return { bytes, tag: typeof from.tag === "string" ? from.tag : null };
};

const finish = (part: string, path: string): void => {
	renameSync(part, path);
	rmSync(`${part}.from`, { force: true });
};

const discard = (part: string): void => {
	for (const file of [part, `${part}.from`]) rmSync(file, { force: true });
};

const ask = async (
	url: string,
	kept: Kept | null,
	environment: Environment,
	signal: AbortSignal,
): Promise<Response> => {
	const token = readVariable(environment, "HF_TOKEN");
	const headers = {
		"accept-encoding": "identity",
		...(token === null ? {} : { authorization: `Bearer ${token}` }),
		...(kept === null ? {} : { range: `bytes=${kept.bytes}-` }),
		// A weak tag does not vouch for bytes.
		...(kept?.tag && !kept.tag.startsWith("W/") ? { "if-range": kept.tag } : {}),
	};
	try {
		return await fetchFor(environment)(url, { headers, signal });
	} catch (error) {
		if (signal.aborted) throw error;
		throw new DownloadFailed(`${new URL(url).host} could not be reached (${messageOf(error)})`, {
			cause: error,
		});
	}
};

const lengthOf = (headers: Headers): number | null => {
	const length = Number(headers.get("content-length") ?? Number.NaN);
	return Number.isNaN(length) ? null : length;
};

const totalOf = (headers: Headers): number | null => {
	const total = Number(/\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
	return Number.isNaN(total) ? null : total;
};

const adviceFor = (status: number): string =>
	status === 401 || status === 403
		? ": the model may need a login; set HF_TOKEN"
		: status === 404
			? ": there is no such file"
			: "";

const messageOf = (error: unknown): string => {
	const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
	return cause?.code ?? cause?.message ?? message;
};
