import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "../../../../ground/paths/fileLock.mjs";
import { download } from "../../../../server/backends/local/download.ts";
import { Downloads } from "../../../../server/backends/local/downloads.ts";
import { Aborted } from "../../../../server/backends/loop/abort.ts";
import { folderWith } from "../../../support/folder.ts";
import { type FileServer, serveFile } from "../../../support/localModel.ts";

const content = Array.from({ length: 20_000 }, (_, index) => `${index} `).join("");
let server: FileServer;
let path: string;

beforeEach(async () => {
	server = await serveFile(join(folderWith({ "a.gguf": content }), "a.gguf"));
	path = join(folderWith({}), "models", "a.gguf");
});
afterEach(() => server.close());

const get = async (url = `${server.url}/a.gguf`, environment = {}, signal = new AbortController().signal) => {
	const steps: { bytes: number; total: number | null }[] = [];
	for await (const step of download(url, path, environment, signal)) steps.push(step);
	return steps;
};
const text = () => readFileSync(path, "utf8");

test("gets a file and tells how far it is", async () => {
	const steps = await get();
	expect(text()).toBe(content);
	expect(steps[0]).toEqual({ bytes: 0, total: content.length });
	expect(steps.at(-1)).toEqual({ bytes: content.length, total: content.length });
	expect(existsSync(`${path}.part`)).toBe(false);
	expect(existsSync(`${path}.part.from`)).toBe(false);
});

/** Gets a part of the file. */
const getPart = async () => {
	server.holdAfter = 30_000;
	for await (const { bytes } of download(`${server.url}/a.gguf`, path, {}, new AbortController().signal))
		if (bytes > 0) server.cut();
};

test("goes on where it broke off", async () => {
	await expect(getPart()).rejects.toThrow(/download of a\.gguf broke off/);
	expect(existsSync(path)).toBe(false);
	const steps = await get();
	expect(text()).toBe(content);
	expect(steps[0]!.bytes).toBeGreaterThan(0);
	expect(server.requests[1]!.headers.range).toBe(`bytes=${steps[0]!.bytes}-`);
});

test("begins anew when the file is another one by now", async () => {
	await expect(getPart()).rejects.toThrow("broke off");
	server.tag = '"two"';
	const steps = await get();
	expect(steps[0]!.bytes).toBe(0);
	expect(text()).toBe(content);
});

test("a cancel keeps what has arrived", async () => {
	const abort = new AbortController();
	const stopped = (async () => {
		for await (const { bytes } of download(`${server.url}/a.gguf`, path, {}, abort.signal))
			if (bytes > 0) abort.abort();
	})();
	await expect(stopped).rejects.toThrow(/abort/);
	expect(existsSync(`${path}.part`)).toBe(true);
	await get();
	expect(text()).toBe(content);
});

test("a download that had all but its name needs no byte more", async () => {
	const abort = new AbortController();
	const last = (async () => {
		for await (const { bytes } of download(`${server.url}/a.gguf`, path, {}, abort.signal))
			if (bytes === content.length) abort.abort();
	})();
	await last.catch(() => {});
	if (existsSync(`${path}.part`)) await get();
	expect(text()).toBe(content);
});

test("follows redirects; a token goes to the first host only", async () => {
	await get(`${server.url}/moved/a.gguf`, { HF_TOKEN: "hf_secret" });
	expect(server.requests.map((request) => [request.path, request.headers.authorization])).toEqual([
		["/moved/a.gguf", "Bearer hf_secret"],
		["/a.gguf", undefined],
	]);
	expect(text()).toBe(content);
});

test("says what came back instead of a file", async () => {
	await expect(get(`${server.url}/gone.gguf`)).rejects.toThrow(
		"was answered with 404: there is no such file",
	);
	await server.close();
	await expect(get()).rejects.toThrow(/could not be reached \(ECONNREFUSED\)/);
});

/** As a server of its own would get it: what it tells. */
const getAsServer = async (onProgress: (text: string) => void = () => {}, signal?: AbortSignal) => {
	const file = { url: `${server.url}/a.gguf`, path };
	for await (const update of new Downloads().get(file, {}, signal ?? new AbortController().signal))
		if (update.kind === "progress") onProgress(update.text);
};

test("two servers that want the same file download it once", async () => {
	server.holdAfter = 30_000;
	const told: string[] = [];
	let second: Promise<void> | null = null;
	const first = getAsServer((progress) => {
		if (progress.includes(", 0 kB")) return;
		second ??= getAsServer((text) => {
			told.push(text);
			// The first goes on from what it has.
			server.cut();
		});
	});
	await expect(first).rejects.toThrow("broke off");
	await second;
	expect(told[0]).toMatch(/^another ipyai downloads a\.gguf, \d+ kB$/);
	expect(text()).toBe(content);
	// The second went on where the first had to give up.
	expect(server.requests.map(({ headers }) => headers.range)).toEqual([
		undefined,
		expect.stringMatching(/^bytes=\d+-$/),
	]);
	expect(existsSync(`${path}.lock`)).toBe(false);
});

test("who waits for another server has its file, and can stop waiting", async () => {
	const held = takeLock(`${path}.lock`)!;
	const abort = new AbortController();
	await expect(getAsServer(() => abort.abort(), abort.signal)).rejects.toThrow(Aborted);
	await getAsServer(() => writeFileSync(path, content));
	expect(server.requests).toEqual([]);
	held.release();
});

test.each([
	["has ended", spawnSync("true").pid, 0],
	["has not been heard of for a minute", process.pid, 61],
])("a lock whose holder %s holds nobody up", async (_, pid, secondsAgo) => {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.lock`, `${pid} ${hostname()}\n`);
	const then = new Date(Date.now() - secondsAgo * 1_000);
	utimesSync(`${path}.lock`, then, then);
	const told: string[] = [];
	await getAsServer((text) => told.push(text));
	expect(told[0]).toMatch(/^downloading a\.gguf/);
	expect(text()).toBe(content);
});

test("what another has written into is thrown away", async () => {
	server.holdAfter = 30_000;
	const disturbed = (async () => {
		let isFirst = true;
		for await (const { bytes } of download(`${server.url}/a.gguf`, path, {}, new AbortController().signal)) {
			if (bytes > 0 && isFirst) {
				isFirst = false;
				server.cut();
			}
		}
	})();
	await expect(disturbed).rejects.toThrow("broke off");
	const again = (async () => {
		let isFirst = true;
		for await (const _ of download(`${server.url}/a.gguf`, path, {}, new AbortController().signal)) {
			if (isFirst) writeFileSync(`${path}.part`, "other", { flag: "a" });
			isFirst = false;
		}
	})();
	await expect(again).rejects.toThrow("was disturbed by another");
	expect(existsSync(path)).toBe(false);
	await get();
	expect(text()).toBe(content);
});
