/** The real model that the tests of the local backend talk to, and a loopback place to download it from. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { testModel } from "../../scripts/setup/testModel.mjs";
import { repository } from "./sources.ts";

const path = join(repository, testModel);

/** The model file; `null` when the set-up could not get it, which it said. */
export const testModelPath: string | null = existsSync(path) ? path : null;

export type FileServer = {
	readonly url: string;
	readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
	/** The next answer stops after so many bytes, and waits. */
	holdAfter: number | null;
	/** Breaks off the answers that are under way. */
	cut(): void;
	/** Changes when the file is another one. */
	tag: string;
	close(): Promise<void>;
};

/**
 * Serves one file under any path, ranges included; `/moved/...` redirects to the same under another name of the
 * host, and `/gone` is not there.
 */
export const serveFile = async (file: string): Promise<FileServer> => {
	const server = createServer((request, response) => {
		const { url = "/", headers } = request;
		requests.push({ path: url, headers });
		if (url.startsWith("/moved/"))
			return response
				.writeHead(302, { location: `${served.url.replace("127.0.0.1", "localhost")}${url.slice(6)}` })
				.end();
		if (url.startsWith("/gone")) return response.writeHead(404).end("<html>");
		const { size } = statSync(file);
		const wanted = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? Number.NaN);
		const isSame = headers["if-range"] === undefined || headers["if-range"] === served.tag;
		const start = Number.isNaN(wanted) || !isSame ? 0 : wanted;
		const range = start > 0 ? { "content-range": `bytes ${start}-${size - 1}/${size}` } : {};
		if (start >= size) return response.writeHead(416, { "content-range": `bytes */${size}` }).end();
		response.writeHead(start > 0 ? 206 : 200, { "content-length": size - start, etag: served.tag, ...range });
		const { holdAfter } = served;
		served.holdAfter = null;
		const end = holdAfter === null ? size - 1 : Math.min(start + holdAfter, size) - 1;
		const stream = createReadStream(file, { start, end });
		if (holdAfter === null) stream.on("end", () => response.end());
		stream.pipe(response, { end: false });
		response.on("close", () => stream.destroy());
	});
	const requests: FileServer["requests"] = [];
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const served: FileServer = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		holdAfter: null,
		cut: () => server.closeAllConnections(),
		tag: '"one"',
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return served;
};
