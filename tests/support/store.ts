import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Output, SessionEvent, TranscriptItem } from "../../protocol/index.ts";
import { type OpenedStore, openStore, type StoreOptions } from "../../server/store/openStore.ts";
import { created, owner } from "./storeEvents.ts";

export * from "./storeEvents.ts";

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

/** A store with one session, `s`. */
export const testSession = (...events: SessionEvent[]): OpenedStore => {
	const store = testStore();
	store.createSession("s", "/work", owner, [created(), ...events]);
	return store;
};

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
		case "changes":
			return "changes";
	}
};
