/**
 * A backend that gives a provider's API the whole conversation with each request. An `Api` says what is a provider's
 * own; connections, retries, the tool loop, what a server refuses and lists of models are the same for all.
 */
import type { BackendCapabilities, Login, ToolDescription } from "../../../protocol/index.ts";
import {
	apiCapabilities,
	type Backend,
	type Environment,
	type FirstModel,
	type Model,
	type TurnRequest,
	type TurnUpdate,
} from "../backend.ts";
import { orAborted } from "../loop/abort.ts";
import type { ResponseItems } from "../loop/responseItems.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../loop/retry.ts";
import { settleTranscript } from "../loop/settle.ts";
import { type ResponseEnd, type ResponseRequest, runToolLoop } from "../loop/toolLoop.ts";
import { type WireNames, wireNames } from "../loop/wireId.ts";
import { firstToTalk, listedModels } from "../models/listedModels.ts";
import { ModelList } from "../models/modelList.ts";
import { defaultModels } from "../models/models.ts";
import { costOf } from "../models/prices.ts";
import { ClientCache } from "./clientCache.ts";
import type { Asked, Endpoint } from "./endpoint.ts";
import { type EventReader, readEvents } from "./eventStream.ts";
import { describeFailure, MissingKey } from "./failure.ts";
import { type Refusable, Refusals } from "./refusals.ts";

export type AnswerEnd = Omit<ResponseEnd, "native"> & {
	/** The answer in the provider's own form where only that can be replayed, else `null`. */
	readonly native: readonly unknown[] | null;
};

/** What an answer is read with. */
export type Expected = {
	readonly names: WireNames;
	readonly tools: readonly ToolDescription[];
	/** What the server was seen to do with this model; kept for its next answers. */
	readonly habits: Set<string>;
};

/** Reads one answer into its items. `take` throws `ReportedFailure` when the answer tells a failure. */
export type AnswerReader = EventReader & {
	/** What the answer came to. Throws `BrokenAnswer` when it is not whole. */
	finish(): AnswerEnd;
};

export type Api<Client, Body extends object> = {
	readonly name: keyof typeof defaultModels;
	readonly aliases: readonly string[];
	/** The provider can search the web. */
	readonly search: boolean;
	/** The provider's own address, where its models and prices are known; `null` where there is none. */
	readonly home: string | null;
	/** The models to tell where none are listed. */
	readonly knownModels: readonly Model[];
	login(environment: Environment): Login;
	/** Where a model is asked for. */
	endpointOf(model: string, environment: Environment): Endpoint;
	/** The SDK's client. It retries nothing. */
	connect(endpoint: Endpoint, environment: Environment): Promise<Client>;
	/** The addresses that list models; where absent, the one without a model's name. */
	listing?(environment: Environment): readonly Endpoint[];
	/** The body of a list of models. Absent where the provider has none that is known to stay. */
	list?(client: Client, signal: AbortSignal): Promise<unknown>;
	/** A server of the person's own, whose first model may be taken; absent where a model is always chosen. */
	isOwn?(endpoint: Endpoint, environment: Environment): boolean;
	/** The window where the provider does not tell it. */
	windowOf(model: string): number | null;
	/** What changes from one request to the next stands last. */
	toBody(asked: Asked): Body;
	send(client: Client, body: Body, signal: AbortSignal, environment: Environment): Promise<Response>;
	readonly Reader: new (items: ResponseItems, expected: Expected) => AnswerReader;
	/** First match wins: the narrower one stands first. */
	readonly refusals: readonly Refusable<Body>[];
};

export class ApiBackend<Client, Body extends object> implements Backend {
	readonly name: string;
	readonly aliases: readonly string[];
	readonly capabilities: BackendCapabilities;
	readonly defaultModel: string | null;
	readonly defaultCompletionModel: string | null;
	readonly #api: Api<Client, Body>;
	readonly #retryPolicy: RetryPolicy;
	readonly #clients = new ClientCache<Client>();
	readonly #refusals: Refusals<Body>;
	readonly #models: ModelList;
	/** By server and model. */
	readonly #habits = new Map<string, Set<string>>();

	constructor(api: Api<Client, Body>, retryPolicy: RetryPolicy = defaultRetryPolicy) {
		const { name, aliases, search } = api;
		this.name = name;
		this.aliases = aliases;
		this.capabilities = { ...apiCapabilities, search };
		this.defaultModel = defaultModels[name].prompt;
		this.defaultCompletionModel = defaultModels[name].completion;
		this.#api = api;
		this.#retryPolicy = retryPolicy;
		this.#refusals = new Refusals(api.refusals);
		this.#models = new ModelList(api.knownModels, (environment, signal) => this.#list(environment, signal));
	}

	login(environment: Environment): Login {
		return this.#api.login(environment);
	}

	warm(environment: Environment): void {
		const endpoint = this.#api.endpointOf("", environment);
		// What is wrong is told by the first prompt.
		this.#client(endpoint, environment).catch(() => {});
		// A server of one's own knows the windows of its models, and nobody else does.
		if (endpoint.baseUrl !== this.#api.home) void this.listModels(environment, new AbortController().signal);
	}

	contextWindow(model: string): number | null {
		return this.#models.window(model) ?? this.#api.windowOf(model);
	}

	listModels(environment: Environment, signal: AbortSignal, refresh?: boolean): Promise<readonly Model[]> {
		return this.#models.list(environment, signal, refresh);
	}

	async firstModel(environment: Environment, signal: AbortSignal): Promise<FirstModel | null> {
		const api = this.#api;
		const isOwn = (id: string) => api.isOwn?.(api.endpointOf(id, environment), environment) === true;
		const models = await this.listModels(environment, signal);
		const model = firstToTalk(models.filter(({ id }) => isOwn(id)));
		if (model !== null) return { model, isListed: true };
		// A server without a list has one model, which answers to any name.
		return isOwn("") ? { model: "default", isListed: false } : null;
	}

	runTurn(request: TurnRequest): AsyncIterable<TurnUpdate> {
		const api = this.#api;
		const { environment } = request;
		const endpoint = api.endpointOf(request.model, environment);
		const { baseUrl, model } = endpoint;
		const server = `${baseUrl} ${model}`;
		const owner = { backend: api.name, model, endpoint: endpoint.account ?? baseUrl };
		const names = wireNames(request.tools);
		const habits = this.#habits.get(server) ?? new Set();
		this.#habits.set(server, habits);
		let sent: { readonly body: Body; readonly asked: Asked } | null = null;
		const send = async ({ transcript, toolsAllowed, signal }: ResponseRequest): Promise<Response> => {
			const client = await this.#client(endpoint, environment);
			const lacks = this.#refusals.lacks(server);
			const tools = lacks.has("tools") ? [] : request.tools;
			const steps = settleTranscript(transcript, {
				tools: new Set(tools.map((tool) => tool.name)),
				owner: lacks.has("native") ? null : owner,
				takesPictures: !lacks.has("pictures"),
			});
			const search = lacks.has("search") ? null : request.search;
			const asked = { request: { ...request, tools, search }, endpoint, steps, names, toolsAllowed };
			const body = this.#refusals.fit(server, api.toBody(asked));
			sent = { body, asked };
			return api.send(client, body, signal, environment);
		};
		return runToolLoop(request, {
			retryPolicy: this.#retryPolicy,
			contextWindow: this.contextWindow(request.model),
			costOf: (usage) => (baseUrl === api.home ? costOf(model, usage) : null),
			describe: (error) => describeFailure(error, { backend: api.name, endpoint, environment }),
			adapt: (error) => {
				const learnt = sent && this.#refusals.learn(server, sent, error);
				return learnt && { notice: learnt.loss && `${model} ${learnt.loss}` };
			},
			async respond(response) {
				const { signal, items } = response;
				const reader = new api.Reader(items, { names, tools: request.tools, habits });
				await readEvents(await orAborted(send(response), signal), signal, reader);
				const { native, ...end } = reader.finish();
				return { ...end, native: native && { ...owner, items: native } };
			},
		});
	}

	/** Connections that rest hold nothing up. */
	async dispose(): Promise<void> {}

	#client(endpoint: Endpoint, environment: Environment): Promise<Client> {
		return this.#clients.get(environment, `${endpoint.baseUrl} ${endpoint.keyName}`, async () => {
			if (endpoint.key === null && endpoint.wantsKey) throw new MissingKey();
			return this.#api.connect(endpoint, environment);
		});
	}

	/** A server that cannot be asked adds no models; the others still do. */
	async #list(environment: Environment, signal: AbortSignal): Promise<readonly Model[]> {
		const { list, ...api } = this.#api;
		if (list === undefined) return [];
		const endpoints = api.listing?.(environment) ?? [api.endpointOf("", environment)];
		const lists = endpoints.map(async (endpoint) => {
			const models = listedModels(await list(await this.#client(endpoint, environment), signal));
			const prefix = endpoint.preset === undefined ? "" : `${endpoint.preset}/`;
			return models.map(({ id, name, contextWindow }) => ({
				id: `${prefix}${id}`,
				name,
				contextWindow: contextWindow ?? api.windowOf(id),
			}));
		});
		const told = await Promise.allSettled(lists);
		return told.flatMap((models) => (models.status === "fulfilled" ? models.value : []));
	}
}
