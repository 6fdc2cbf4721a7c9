/** Where a model is asked for, and what. */
import type { TurnRequest } from "../backend.ts";
import type { Step } from "../loop/settle.ts";
import type { WireNames } from "../loop/wireId.ts";

/** Where a model is asked for, and with what. */
export type Endpoint = {
	readonly baseUrl: string;
	/** The model's name there. */
	readonly model: string;
	/** The server's word before the slash in the names that people use, where it has one. */
	readonly preset?: string;
	/** `null` where none is set. */
	readonly key: string | null;
	/** What holds the key, for advice. */
	readonly keyName: string;
	/** Nothing can be asked for without a key. */
	readonly wantsKey: boolean;
	/** What the model's own items are bound to, where that is more than the base URL. */
	readonly account?: string;
	/** What to do when the server has no such address, besides looking at it. */
	readonly whenNotFound?: string;
};

/** What a request is made of. */
export type Asked = {
	readonly request: TurnRequest;
	readonly endpoint: Endpoint;
	readonly steps: readonly Step[];
	readonly names: WireNames;
	/** False for the summary at the end: tools stay described, but none may be called. */
	readonly toolsAllowed: boolean;
};
