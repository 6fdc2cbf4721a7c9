/**
 * `local`: a model file on this machine, run by llama.cpp through node-llama-cpp in a process of its own. Needs no
 * account, and no network once the file is there.
 */
import { basename } from "node:path";
import type { Backend, Environment, Model, TurnPreparation, TurnRequest, TurnUpdate } from "../backend.ts";
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

export type LocalOptions = {
	readonly retryPolicy?: RetryPolicy;
	/** After so long without a request the process is let go of. */
	readonly restMs?: number;
};

export const createLocalBackend = ({
	retryPolicy = defaultRetryPolicy,
	restMs,
}: LocalOptions = {}): Backend => {
	/** One process serves all; another installation of the package is another program. */
	const engines = new Map<string, Engine>();
	const downloads = new Downloads();
	/** What has been seen of models so far, by the names that people use. */
	const windows = new Map<string, number>();

	const engineFor = (environment: Environment): Engine => {
		const found = findLlama(environment);
		if (found.kind === "missing") throw new NotReady(found.hint);
		let engine = engines.get(found.url);
		if (engine === undefined) {
			engine = new Engine(found.url, restMs);
			engines.set(found.url, engine);
		}
		return engine;
	};

	/** Looks into the file: throws `NotReady` for what is no model. */
	const choiceOf = (model: string, path: string, environment: Environment): ModelChoice => {
		try {
			const { trainedContext } = readGgufHead(path);
			const maxContext = Math.min(trainedContext ?? Number.POSITIVE_INFINITY, longestContext(environment));
			windows.set(model, Math.min(windows.get(model) ?? maxContext, maxContext));
			return { modelPath: path, maxContext };
		} catch (error) {
			throw new NotReady(`${(error as Error).message} Choose another with %ipyai model.`, { cause: error });
		}
	};

	async function* respond(
		request: TurnRequest,
		response: ResponseRequest,
	): AsyncGenerator<TurnUpdate, ResponseEnd> {
		const { environment, model, fill } = request;
		const { signal, items } = response;
		const engine = engineFor(environment);
		let file = findModel(model, request.cwd, environment);
		// Nobody who types wants gigabytes for a suggestion.
		if (file.kind === "download" && fill === undefined) {
			yield* downloads.get(file, environment, signal);
			yield { kind: "progress", text: `loading ${basename(file.path)}`, share: null };
			file = { kind: "file", path: file.path };
		}
		if (file.kind === "download")
			throw new NotReady(`${model} is not downloaded yet: the first prompt does it.`);
		if (file.kind === "missing") throw new NotReady(file.hint);
		const choice = choiceOf(model, file.path, environment);
		const work = toWork(request, response, choice);
		const answer = engine.chat(work, environment, signal);
		try {
			for (;;) {
				const next = await answer.next();
				if (!next.done) {
					const { of, text } = next.value;
					if (of === "text") yield* items.close("thinking", 0);
					yield* items.delta(of, 0, text);
					continue;
				}
				const { stop, calls, readTokens, keptTokens, madeTokens, contextWindow } = next.value;
				windows.set(model, contextWindow);
				yield* items.closeAll();
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
		} finally {
			await answer.return(undefined as never);
		}
	}

	return {
		name,
		aliases: ["llama"],
		capabilities: {
			images: false,
			thinking: true,
			tools: true,
			steer: true,
			search: false,
			providerTools: false,
		},
		defaultModel: defaultModels[name].prompt,
		defaultCompletionModel: defaultModels[name].completion,
		login: localLogin,
		hasModel: hasAnyModel,
		warm() {},
		prepare(next) {
			const file = findModel(next.model, next.cwd, next.environment);
			if (file.kind !== "file" || localLogin(next.environment).kind === "missing") return;
			try {
				const choice = choiceOf(next.model, file.path, next.environment);
				const work = toPreparation(next, choice);
				engineFor(next.environment)
					.prepare(
						{
							...work,
							history: work.history.filter((item) => item.type !== "model" || item.response.length > 0),
						},
						next.environment,
					)
					.then((window) => windows.set(next.model, window))
					// The first prompt tells what is wrong.
					.catch(() => {});
			} catch {
				// As above.
			}
		},
		contextWindow: (model) => windows.get(model) ?? null,
		runTurn: (request) =>
			runToolLoop(request, {
				retryPolicy,
				get contextWindow() {
					return windows.get(request.model) ?? null;
				},
				// Only the electricity.
				costOf: () => 0,
				describe: describeLocalFailure,
				respond: (response) => respond(request, response),
			}),
		async listModels(environment) {
			const present = presentModels(environment).map((id): Model => {
				try {
					choiceOf(id, (findModel(id, "/", environment) as { path: string }).path, environment);
				} catch {
					// Listed all the same: the person may want to know of it.
				}
				return { id, name: null, contextWindow: windows.get(id) ?? null };
			});
			const downloadable = Object.entries(knownModels)
				.filter(([id]) => findModel(id, "/", environment).kind === "download")
				.map(
					([id, { size }]): Model => ({ id, name: `${size}, downloaded on first use`, contextWindow: null }),
				);
			return [...present, ...downloadable];
		},
		async dispose() {
			await Promise.all([...engines.values()].map((engine) => engine.close()));
			engines.clear();
		},
	};
};

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
		owner: { backend: name, model: basename(choice.modelPath), endpoint: "" },
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
