import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Output, SessionEvent, Settings, TranscriptItem } from "../../protocol/index.ts";
import { type OpenedStore, openStore, type StoreOptions } from "../../server/store/openStore.ts";
import type { Owner } from "../../server/store/store.ts";

/** An empty folder that goes with the test. */
export const testFolder = (): string => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-store-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
};

/** A store on disk whose clock ticks once per look; closed and deleted with the test. */
export const testStore = (options: StoreOptions & { folder?: string } = {}): OpenedStore => {
	let ticks = 0;
	const folder = options.folder ?? testFolder();
	const store = openStore(join(folder, "ipyai.sqlite"), {
		now: () => ++ticks,
		gitRoot: () => null,
		...options,
	});
	onTestFinished(() => store.close());
	return store;
};

export const owner: Owner = { instanceId: "server-1", pid: 100, startTime: "t1" };

export const created = (cwd = "/work"): SessionEvent => ({ kind: "sessionCreated", cwd, title: null });

/** A store with one session, `s`. */
export const testSession = (...events: SessionEvent[]): OpenedStore => {
	const store = testStore();
	store.createSession("s", "/work", owner, [created(), ...events]);
	return store;
};

export const cellStarted = (
	cellId: string,
	code: string,
	executionCount: number | null = null,
): SessionEvent => ({ kind: "cellStarted", cellId, kernelId: "k", code, by: "p", executionCount });

export const print = (cellId: string, text: string, name: "stdout" | "stderr" = "stdout"): SessionEvent => ({
	kind: "cellOutput",
	cellId,
	output: { kind: "stream", name, text },
});

export const output = (cellId: string, one: Output): SessionEvent => ({
	kind: "cellOutput",
	cellId,
	output: one,
});

export const cellFinished = (cellId: string, executionCount: number | null = null): SessionEvent => ({
	kind: "cellFinished",
	cellId,
	status: "ok",
	executionCount,
	payloads: [],
});

export const prompt = (turnId: string, text: string): SessionEvent => ({
	kind: "promptAccepted",
	turnId,
	content: [{ kind: "text", text }],
	source: `.${text}`,
	by: "p",
});

export const turnStarted = (turnId: string, renderPoint = 0): SessionEvent => ({
	kind: "turnStarted",
	turnId,
	parentId: null,
	backend: "scripted",
	model: "m",
	rendered: [{ kind: "text", text: `rendered ${turnId}` }],
	renderPoint,
	warnings: [],
});

export const turnFinished = (turnId: string): SessionEvent => ({
	kind: "turnFinished",
	turnId,
	stopReason: "endTurn",
	usage: null,
	error: null,
});

export const settings = (backend: string): Settings => ({
	backend,
	model: "m",
	completionModel: null,
	think: "m",
	permissions: "ask",
	search: null,
	codeTheme: "monokai",
	promptMode: false,
	logExact: false,
	login: { kind: "notNeeded" },
});

/** Transcript items as short lines: `[state] what: outputs or parts`. */
export const draw = (items: readonly TranscriptItem[]): string => items.map(drawItem).join("\n");

const drawItem = (item: TranscriptItem): string =>
	item.kind === "cell"
		? `[${item.status}] ${item.code}: ${item.outputs.map(drawOutput).join(" | ")}`
		: `[${item.state}] ${item.source}: ${item.parts.map(drawPart).join(" | ")}`;

export const drawOutput = (one: Output): string => {
	switch (one.kind) {
		case "stream":
			return `${one.name}=${JSON.stringify(one.text)}`;
		case "displayData":
		case "updateDisplayData":
		case "executeResult":
			return `${one.kind}=${JSON.stringify(one.data)}`;
		case "error":
			return one.ename;
		case "clearOutput":
			return "clearOutput";
		case "omitted":
			return `omitted=${one.chars}`;
	}
};

const drawPart = (part: Extract<TranscriptItem, { kind: "turn" }>["parts"][number]): string => {
	switch (part.kind) {
		case "text":
		case "thinking":
			return `${part.kind}=${part.text}`;
		case "toolCall":
			return `${part.name}=${part.result ? JSON.stringify(part.result.content) : "running"}`;
		case "steer":
			return "steer";
	}
};
