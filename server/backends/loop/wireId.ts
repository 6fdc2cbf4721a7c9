/** Names and ids within what all providers take. */
import { createHash } from "node:crypto";
import type { ToolDescription } from "../../../protocol/index.ts";

/** The id itself where providers take it, else one made of it: the same for the same id. */
export const wireId = (callId: string): string =>
	/^[a-zA-Z0-9_-]{1,64}$/.test(callId) ? callId : `call_${shortHash(callId)}`;

/** As `wireId`, in the form that Mistral takes alone: nine letters and digits. */
export const shortWireId = (callId: string): string =>
	/^[a-zA-Z0-9]{9}$/.test(callId) ? callId : shortHash(callId).slice(0, 9);

/**
 * Tool names as providers take them, and back. Names that need no change keep it; others are cleaned, with a hash
 * so that two never meet.
 */
export const wireNames = (tools: readonly ToolDescription[]): WireNames => {
	const back = new Map(tools.map((tool) => [wireName(tool.name), tool.name]));
	return { toWire: wireName, fromWire: (name) => back.get(name) ?? name };
};

export type WireNames = {
	toWire(name: string): string;
	fromWire(name: string): string;
	/** True for a tool that the provider's own client runs. */
	isProviders?(wireName: string): boolean;
};

const wireName = (name: string): string =>
	/^[a-zA-Z0-9_-]{1,64}$/.test(name)
		? name
		: `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 50)}_${shortHash(name).slice(0, 8)}`;

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);
