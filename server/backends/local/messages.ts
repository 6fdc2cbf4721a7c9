/** What the server and the process of the local model say to each other, one JSON message at a time. */

/** A part of what the model has said. A call without a result is one that is being asked for. */
export type ModelPart =
	| string
	| {
			readonly type: "functionCall";
			readonly name: string;
			readonly params: unknown;
			readonly result: string;
			/** The first of the calls of one response. */
			readonly startsNewChunk?: boolean;
	  };

/** The conversation as node-llama-cpp's chat formats take it. */
export type HistoryItem =
	| { readonly type: "system" | "user"; readonly text: string }
	| { readonly type: "model"; readonly response: readonly ModelPart[] };

export type FunctionDescriptions = Readonly<
	Record<string, { readonly description: string; readonly params: unknown }>
>;

export type ModelChoice = {
	readonly modelPath: string;
	/** Tokens that a conversation may have; the process takes less when memory is short. */
	readonly maxContext: number;
};

export type ChatWork = ModelChoice & {
	readonly kind: "chat";
	/** Conversations under one name share what was read before: the next request reads only what is new. */
	readonly slot: string;
	readonly history: readonly HistoryItem[];
	readonly functions: FunctionDescriptions;
	/** False: calls stay described, but an answer in text is wanted. */
	readonly callsAllowed: boolean;
	readonly maxTokens: number | null;
	/** `null`: as many as it takes. */
	readonly maxThoughtTokens: number | null;
	/** The text around the cursor, for a model that fills in; any other answers the history. */
	readonly fill: { readonly prefix: string; readonly suffix: string } | null;
};

export type ToEngine =
	| { readonly kind: "start"; readonly packageUrl: string; readonly gpu: boolean; readonly threads: number }
	| ({ readonly id: number } & ChatWork)
	/** Loads the model and reads the conversation so far, before it is asked. */
	| { readonly kind: "prepare"; readonly id: number; readonly work: ChatWork }
	| { readonly kind: "cancel"; readonly id: number };

export type ChatEnd = {
	readonly stop: "endTurn" | "toolUse" | "maxTokens";
	readonly calls: readonly { readonly name: string; readonly params: unknown }[];
	/** Tokens that were read now, that were there from before, and that were made. */
	readonly readTokens: number;
	readonly keptTokens: number;
	readonly madeTokens: number;
	readonly contextWindow: number;
};

export type FromEngine =
	| { readonly kind: "delta"; readonly id: number; readonly of: "text" | "thinking"; readonly text: string }
	| ({ readonly kind: "done"; readonly id: number } & ChatEnd)
	| { readonly kind: "prepared"; readonly id: number; readonly contextWindow: number }
	| {
			readonly kind: "failed";
			readonly id: number;
			readonly reason: "tooLong" | "load" | "other";
			readonly message: string;
	  };
