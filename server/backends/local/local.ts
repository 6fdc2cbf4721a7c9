/**
 * `local`: a model file on this machine, run by llama.cpp through node-llama-cpp in a process of its own. Needs no
 * account, and no network once the file is there.
 */
import { basename } from "node:path";
import {
	apiCapabilities,
	type Backend,
	type Environment,
	type Model,
	type TurnPreparation,
	type TurnRequest,
	type TurnUpdate,
} from "../backend.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../loop/retry.ts";
import { settleTranscript } from "../loop/settle.ts";
import { type ResponseEnd, type ResponseRequest, runToolLoop } from "../loop/toolLoop.ts";
import { wireNames } from "../loop/wireId.ts";
import { defaultModels } from "../models/models.ts";
import { readVariable } from "../programs/environment.ts";
import { Downloads } from "./downloads.ts";
import { Engine } from "./engine.ts";
import { describeLocalFailure, NotReady } from "./failure.ts";
import { readGgufHead } from "./gguf.ts";
import { toFunctions, toHistory } from "./history.ts";
import { findLlama, localLogin } from "./locate.ts";
import type { ChatWork, ModelChoice } from "./messages.ts";
import { findModel, hasAnyModel, knownModels, presentModels } from "./modelFiles.ts";

const name = "local";

export class LocalBackend implements Backend {
	readonly name = name;
	readonly aliases = ["llama"];
	readonly capabilities = { ...apiCapabilities, images: false, search: false };
	readonly defaultModel = defaultModels[name].prompt;
	readonly defaultCompletionModel = defaultModels[name].completion;
	readonly login = localLogin;
	readonly hasModel = hasAnyModel;
	readonly #retryPolicy: RetryPolicy;
	readonly #restMs: number | undefined;
	/** One process serves all; another installation of the package is another program. */
	readonly #engines = new Map<string, Engine>();
	readonly #downloads = new Downloads();
	/** What has been seen of models so far, by the names that people use. */
	readonly #windows = new Map<string, number>();

	/** After `restMs` without a request the process is let go of. */
	constructor(retryPolicy: RetryPolicy = defaultRetryPolicy, restMs?: number) {
		this.#retryPolicy = retryPolicy;
		this.#restMs = restMs;
	}

	warm(): void {}

	prepare(next: TurnPreparation): void {
		const { model, cwd, environment } = next;
		const file = findModel(model, cwd, environment);
		if (file.kind !== "file" || localLogin(environment).kind === "missing") return;
		try {
			const work = toPreparation(next, this.#choiceOf(model, file.path, environment));
			const history = work.history.filter((item) => item.type !== "model" || item.response.length > 0);
			this.#engineFor(environment)
				.prepare({ ...work, history }, environment)
				.then((window) => this.#windows.set(model, window))
				// The first prompt tells what is wrong.
				.catch(() => {});
		} catch {
			// As above.
		}
	}

	contextWindow(model: string): number | null {
		return this.#windows.get(model) ?? null;
	}

	runTurn(request: TurnRequest): AsyncIterable<TurnUpdate> {
		const windowOf = () => this.contextWindow(request.model);
		return runToolLoop(request, {
			retryPolicy: this.#retryPolicy,
			get contextWindow() {
				return windowOf();
			},
			// Only the electricity.
			costOf: () => 0,
			describe: describeLocalFailure,
			respond: (response) => this.#respond(request, response),
		});
	}

	async listModels(environment: Environment): Promise<readonly Model[]> {
		const present = presentModels(environment).map((id): Model => {
			try {
				this.#choiceOf(id, (findModel(id, "/", environment) as { path: string }).path, environment);
			} catch {
				// Listed all the same: the person may want to know of it.
			}
			return { id, name: null, contextWindow: this.contextWindow(id) };
		});
		const downloadable = Object.entries(knownModels)
			.filter(([id]) => findModel(id, "/", environment).kind === "download")
			.map(([id, { size }]) => ({ id, name: `${size}, downloaded on first use`, contextWindow: null }));
		return [...present, ...downloadable];
	}

	async dispose(): Promise<void> {
		await Promise.all([...this.#engines.values()].map((engine) => engine.close()));
		this.#engines.clear();
	}

	async #respond(request: TurnRequest, response: ResponseRequest): Promise<ResponseEnd> {
		const { environment, model, fill } = request;
		const { signal, items, tell } = response;
		const engine = this.#engineFor(environment);
		let file = findModel(model, request.cwd, environment);
		// Nobody who types wants gigabytes for a suggestion.
		if (file.kind === "download" && fill === undefined) {
			for await (const update of this.#downloads.get(file, environment, signal)) tell(update);
			tell({ kind: "progress", text: `loading ${basename(file.path)}`, share: null });
			file = { kind: "file", path: file.path };
		}
		if (file.kind === "download")
			throw new NotReady(`${model} is not downloaded yet: the first prompt does it.`);
		if (file.kind === "missing") throw new NotReady(file.hint);
		const work = toWork(request, response, this.#choiceOf(model, file.path, environment));
		const { stop, calls, readTokens, keptTokens, madeTokens, contextWindow } = await engine.chat(
			work,
			environment,
			signal,
			({ of, text }) => {
				if (of === "text") items.close("thinking", 0);
				items.delta(of, 0, text);
			},
		);
		this.#windows.set(model, contextWindow);
		items.closeAll();
		const names = wireNames(request.tools);
		for (const call of calls) items.call(names.fromWire(call.name), JSON.stringify(call.params ?? {}));
		const usage = {
			inputTokens: readTokens,
			outputTokens: madeTokens,
			cacheReadTokens: keptTokens,
			cacheWriteTokens: null,
		};
		return { stop, native: null, usage };
	}

	#engineFor(environment: Environment): Engine {
		const found = findLlama(environment);
		if (found.kind === "missing") throw new NotReady(found.hint);
		let engine = this.#engines.get(found.url);
		if (engine === undefined) {
			engine = new Engine(found.url, this.#restMs);
			this.#engines.set(found.url, engine);
		}
		return engine;
	}

	/** Looks into the file: throws `NotReady` for what is no model. */
	#choiceOf(model: string, path: string, environment: Environment): ModelChoice {
		try {
			const { trainedContext } = readGgufHead(path);
			const maxContext = Math.min(trainedContext ?? Number.POSITIVE_INFINITY, longestContext(environment));
			this.#windows.set(model, Math.min(this.#windows.get(model) ?? maxContext, maxContext));
			return { modelPath: path, maxContext };
		} catch (error) {
			throw new NotReady(`${(error as Error).message} Choose another with %ipyai model.`, { cause: error });
		}
	}
}

/** A window costs memory: this one takes some gigabytes with a model of four billion parameters. */
const defaultContext = 16_384;

const longestContext = (environment: Environment): number => {
	const chosen = Number(readVariable(environment, "IPYAI_LOCAL_CONTEXT") ?? Number.NaN);
	return Number.isInteger(chosen) && chosen >= 512 ? chosen : defaultContext;
};

/** Tokens that the model may think, where it thinks at all. */
const thoughtTokens = { l: 512, m: 2_048, h: 8_192, x: null } as const;

const toWork = (request: TurnRequest, response: ResponseRequest, choice: ModelChoice): ChatWork => ({
	...toPreparation({ ...request, transcript: response.transcript }, choice),
	callsAllowed: response.toolsAllowed,
	maxTokens: request.maxOutputTokens ?? null,
	maxThoughtTokens: request.fill === undefined ? thoughtTokens[request.think] : 0,
	fill: request.fill ?? null,
	slot: request.fill === undefined ? request.conversationId : "completions",
});

const toPreparation = (next: TurnPreparation, choice: ModelChoice): ChatWork => {
	const names = wireNames(next.tools);
	const steps = settleTranscript(next.transcript, {
		tools: new Set(next.tools.map((tool) => tool.name)),
		owner: null,
		takesPictures: false,
	});
	return {
		...choice,
		kind: "chat",
		slot: next.conversationId,
		history: toHistory(steps, next.systemPrompt, names),
		functions: toFunctions(next.tools, names),
		callsAllowed: true,
		maxTokens: null,
		maxThoughtTokens: null,
		fill: null,
	};
};
