/**
 * The models in memory and what each conversation has read so far. Runs in the process of the local model; the only
 * place that knows node-llama-cpp.
 */
import type {
	ChatHistoryItem,
	ChatModelFunctions,
	Llama,
	LlamaChat,
	LlamaContext,
	LlamaModel,
} from "node-llama-cpp";
import type { ChatEnd, ChatWork, ToEngine } from "./messages.ts";
import { repeatsItself } from "./repetition.ts";

type LlamaCpp = typeof import("node-llama-cpp");
type Slot = {
	readonly context: LlamaContext;
	readonly chat: LlamaChat;
	/** Ends when the work before is done: a conversation is read by one at a time. */
	busy: Promise<void>;
	waiting: number;
	stopPreparing(): void;
};
type Loaded = { readonly model: LlamaModel; readonly slots: Map<string, Promise<Slot>> };

/** Why a request was not done, in a way that the server can act on. */
class Failure extends Error {
	readonly reason: "tooLong" | "load";
	constructor(reason: Failure["reason"], message: string, cause?: unknown) {
		super(message, { cause });
		this.reason = reason;
	}
}

/** One for prompts and one for completions; a third replaces the longest unused. */
const maxModels = 2;

/** Each holds what its conversation has read, which takes as much memory as the window is long. */
const maxSlots = 3;

/** Between two batches a cancel is seen. */
const batchTokens = 128;

export class Models {
	readonly #llamaCpp: LlamaCpp;
	readonly #llama: Llama;
	readonly #threads: number;
	/** The longest unused first. */
	readonly #models = new Map<string, Promise<Loaded>>();

	private constructor(llamaCpp: LlamaCpp, llama: Llama, threads: number) {
		this.#llamaCpp = llamaCpp;
		this.#llama = llama;
		this.#threads = threads;
	}

	static async open({ packageUrl, gpu, threads }: Extract<ToEngine, { kind: "start" }>): Promise<Models> {
		const llamaCpp: LlamaCpp = await import(packageUrl);
		const llama = await llamaCpp.getLlama({
			gpu: gpu ? "auto" : false,
			build: "never",
			skipDownload: true,
			progressLogs: false,
			logLevel: llamaCpp.LlamaLogLevel.error,
			maxThreads: threads,
		});
		return new Models(llamaCpp, llama, threads);
	}

	/**
	 * Reads the conversation so far, so that the next prompt finds it read; a request for the same conversation ends
	 * this early. Tells the window that the conversation got.
	 */
	async prepare(work: ChatWork, signal: AbortSignal): Promise<number> {
		const loaded = await this.#model(work.modelPath);
		const slot = await this.#slot(loaded, work);
		if (slot.waiting > 0) return slot.context.contextSize;
		const stop = new AbortController();
		slot.stopPreparing = () => stop.abort();
		await this.#alone(slot, async () => {
			const functions = functionsOf(work);
			const history = work.history as ChatHistoryItem[];
			if (this.#roomAfter(loaded, slot, history, functions).room < leastAnswer) return;
			await slot.chat
				.loadChatAndCompleteUserMessage(history, {
					...(functions === undefined ? {} : { functions, documentFunctionParams: true }),
					signal: AbortSignal.any([signal, stop.signal]),
					maxTokens: 0,
				})
				.catch(() => {}); // Broken off, or told by the prompt that follows.
		});
		return slot.context.contextSize;
	}

	/** The answer; a cancel throws. */
	async chat(
		work: ChatWork,
		signal: AbortSignal,
		onDelta: (of: "text" | "thinking", text: string) => void,
	): Promise<ChatEnd> {
		const loaded = await this.#model(work.modelPath);
		const slot = await this.#slot(loaded, work);
		slot.stopPreparing();
		slot.waiting++;
		try {
			return await this.#alone(slot, () => {
				const fills = work.fill !== null && loaded.model.tokens.infill.prefix !== null;
				if (fills) return this.#fill(slot, work, signal, onDelta);
				return this.#answer(loaded, slot, work, signal, onDelta);
			});
		} finally {
			slot.waiting--;
		}
	}

	async #alone<T>(slot: Slot, work: () => Promise<T>): Promise<T> {
		const before = slot.busy;
		const { promise, resolve } = Promise.withResolvers<void>();
		slot.busy = promise;
		await before;
		try {
			return await work();
		} finally {
			resolve();
		}
	}

	async #answer(
		{ model }: Loaded,
		{ chat, context }: Slot,
		work: ChatWork,
		signal: AbortSignal,
		onDelta: (of: "text" | "thinking", text: string) => void,
	): Promise<ChatEnd> {
		const { sequence } = chat;
		const history = work.history as ChatHistoryItem[];
		const functions = functionsOf(work);
		const { promptTokens, room } = this.#roomAfter({ model }, { chat, context }, history, functions);
		if (room < leastAnswer)
			throw new Failure(
				"tooLong",
				`The conversation has ${promptTokens} tokens, and the model's window is ${context.contextSize}`,
			);
		const thinks = chat.chatWrapper.settings.segments?.thought !== undefined;
		const meter = sequence.tokenMeter.getState();
		let said = "";
		const rut = new AbortController();
		const generate = (offered: ChatModelFunctions | undefined) =>
			chat.generateResponse(history, {
				...(offered === undefined ? {} : { functions: offered, documentFunctionParams: true }),
				signal: AbortSignal.any([signal, rut.signal]),
				stopOnAbortSignal: true,
				maxTokens: Math.min(work.maxTokens ?? longestAnswer, room),
				...(work.maxThoughtTokens === null ? {} : { budgets: { thoughtTokens: work.maxThoughtTokens } }),
				// Makers of thinking models warn of always taking the likeliest word; others are best at code with it.
				...(thinks ? { temperature: 0.6, topP: 0.95, topK: 20 } : { temperature: 0 }),
				onResponseChunk({ type, text }) {
					if (text === "") return;
					said += text;
					if (repeatsItself(said)) rut.abort();
					onDelta(type === undefined ? "text" : "thinking", text);
				},
			});
		let response = await generate(functions);
		// Asked for words at last, the model made a call and nothing else.
		if (!work.callsAllowed && response.response === "" && response.functionCalls !== undefined)
			response = await generate(undefined);
		const calls = (response.functionCalls ?? []).map(({ functionName, params }) => ({
			name: functionName,
			params,
		}));
		signal.throwIfAborted();
		const { stopReason } = response.metadata;
		const isCut = stopReason === "maxTokens" || stopReason === "abort";
		const stop = calls.length > 0 ? "toolUse" : isCut ? "maxTokens" : "endTurn";
		return { stop, calls, ...this.#counts(sequence, meter, context) };
	}

	/** What the conversation takes of the window, and what is left for the answer. */
	#roomAfter(
		{ model }: Pick<Loaded, "model">,
		{ chat, context }: Pick<Slot, "chat" | "context">,
		chatHistory: readonly ChatHistoryItem[],
		functions: ChatModelFunctions | undefined,
	): { promptTokens: number; room: number } {
		const { contextText } = chat.chatWrapper.generateContextState({
			chatHistory,
			...(functions === undefined ? {} : { availableFunctions: functions, documentFunctionParams: true }),
		});
		const promptTokens = contextText.tokenize(model.tokenizer).length;
		return { promptTokens, room: context.contextSize - promptTokens - marginTokens };
	}

	async #fill(
		{ chat, context }: Slot,
		work: ChatWork,
		signal: AbortSignal,
		onDelta: (of: "text", text: string) => void,
	): Promise<ChatEnd> {
		const { sequence } = chat;
		const completion = new this.#llamaCpp.LlamaCompletion({ contextSequence: sequence });
		const meter = sequence.tokenMeter.getState();
		try {
			const { metadata } = await completion.generateInfillCompletionWithMeta(
				work.fill!.prefix,
				work.fill!.suffix,
				{
					signal,
					maxTokens: work.maxTokens ?? 256,
					temperature: 0,
					onTextChunk: (text) => onDelta("text", text),
				},
			);
			const stop = metadata.stopReason === "maxTokens" ? "maxTokens" : "endTurn";
			return { stop, calls: [], ...this.#counts(sequence, meter, context) };
		} finally {
			completion.dispose({ disposeSequence: false });
		}
	}

	#counts(
		sequence: LlamaChat["sequence"],
		before: Parameters<LlamaChat["sequence"]["tokenMeter"]["diff"]>[0],
		context: LlamaContext,
	): Pick<ChatEnd, "readTokens" | "keptTokens" | "madeTokens" | "contextWindow"> {
		const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter.diff(before);
		return {
			readTokens: usedInputTokens,
			madeTokens: usedOutputTokens,
			keptTokens: Math.max(0, sequence.nextTokenIndex - usedInputTokens - usedOutputTokens),
			contextWindow: context.contextSize,
		};
	}

	#model(modelPath: string): Promise<Loaded> {
		const known = this.#models.get(modelPath);
		this.#models.delete(modelPath);
		const loaded = known ?? this.#load(modelPath);
		this.#models.set(modelPath, loaded);
		loaded.catch(() => {
			if (this.#models.get(modelPath) === loaded) this.#models.delete(modelPath);
		});
		return loaded;
	}

	async #load(modelPath: string): Promise<Loaded> {
		for (const [path, other] of this.#models) {
			if (this.#models.size < maxModels) break;
			this.#models.delete(path);
			await other.then(({ model }) => model.dispose()).catch(() => {});
		}
		try {
			return { model: await this.#llama.loadModel({ modelPath }), slots: new Map() };
		} catch (error) {
			throw new Failure("load", `${modelPath} could not be loaded (${(error as Error).message})`, error);
		}
	}

	/** The conversation's context, else a new one in place of the longest unused. */
	#slot({ model, slots }: Loaded, { slot: name, maxContext }: ChatWork): Promise<Slot> {
		const known = slots.get(name);
		slots.delete(name);
		const slot = known ?? this.#openSlot(model, slots, Math.min(maxContext, model.trainContextSize));
		slots.set(name, slot);
		slot.catch(() => {
			if (slots.get(name) === slot) slots.delete(name);
		});
		return slot;
	}

	async #openSlot(model: LlamaModel, slots: Map<string, Promise<Slot>>, maxContext: number): Promise<Slot> {
		const others = [...slots.keys()];
		while (others.length >= maxSlots) await dropSlot(slots, others.shift()!);
		for (;;)
			try {
				const context = await model.createContext({
					contextSize: { max: maxContext },
					batchSize: batchTokens,
					threads: this.#threads,
				});
				const chat = new this.#llamaCpp.LlamaChat({ contextSequence: context.getSequence() });
				return { context, chat, busy: Promise.resolve(), waiting: 0, stopPreparing() {} };
			} catch (error) {
				// What other conversations have read takes the memory: they can read it again.
				const other = others.shift();
				if (other === undefined) {
					const reason = (error as Error).message;
					throw new Failure("load", `There is not enough memory for a conversation (${reason})`, error);
				}
				await dropSlot(slots, other);
			}
	}
}

const dropSlot = async (slots: Map<string, Promise<Slot>>, name: string): Promise<void> => {
	const dropped = slots.get(name);
	slots.delete(name);
	// One that could not be opened has nothing to let go of.
	const slot = await dropped?.catch(() => null);
	if (!slot) return;
	slot.stopPreparing();
	await slot.busy;
	slot.chat.dispose();
	await slot.context.dispose();
};

/** What the chat format may add to the prompt that was counted. */
const marginTokens = 16;

/** Tokens of one answer, with what the model thinks before. */
const longestAnswer = 8_192;

/** A window with less room for the answer is full. */
const leastAnswer = 64;

const functionsOf = ({ functions }: ChatWork): ChatModelFunctions | undefined =>
	Object.keys(functions).length > 0 ? (functions as ChatModelFunctions) : undefined;
