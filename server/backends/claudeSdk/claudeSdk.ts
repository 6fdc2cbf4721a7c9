/**
 * `claude-sdk`: Claude Code through its Agent SDK, one warm process per conversation. A process whose history is
 * not the request's transcript is replaced by one that is seeded with it.
 */
import type { Backend, TurnRequest, TurnUpdate } from "../backend.ts";
import { readVariable, withoutSlash } from "../environment.ts";
import { childEnvironment } from "../executables.ts";
import { fingerprint } from "../fingerprint.ts";
import { claudeModels, claudeWindow, defaultModels, fullClaudeModel } from "../models.ts";
import { settleTranscript } from "../settle.ts";
import { wireNames } from "../wireId.ts";
import { type ChildOptions, ClaudeChild, ownTools } from "./child.ts";
import { claudeLogin, findClaude } from "./locate.ts";
import { toSeed } from "./seed.ts";
import { claudeNames } from "./toolServer.ts";
import { ClaudeTurn, toBlocks } from "./turn.ts";

const name = "claude-sdk";

/** Each takes about 200 MB. */
const maxChildren = 6;

type Entries = TurnRequest["transcript"];

export const createClaudeSdkBackend = (): Backend => {
	/** Idle or busy, the longest unused first. */
	const children = new Map<string, ClaudeChild>();

	const drop = (conversationId: string) => {
		children.get(conversationId)?.close();
		children.delete(conversationId);
	};

	const keep = (conversationId: string, child: ClaudeChild) => {
		children.delete(conversationId);
		children.set(conversationId, child);
		for (const [id, other] of children) {
			if (children.size <= maxChildren) break;
			if (other.listener === null) drop(id);
		}
	};

	/** A child that holds the transcript up to the prompt, with what is to be sent to it. */
	const childFor = (request: TurnRequest, options: ChildOptions) => {
		const history = fingerprint(request.transcript.slice(0, -1));
		const prompt = request.transcript.at(-1);
		const known = children.get(request.conversationId);
		if (
			known !== undefined &&
			!known.ended &&
			known.history === history &&
			prompt?.role === "user" &&
			JSON.stringify(known.options) === JSON.stringify(options)
		)
			return { child: known, blocks: toBlocks(prompt.content) };
		drop(request.conversationId);
		const seed = seedOf(request);
		return { child: new ClaudeChild(options, seed.records, history), blocks: seed.prompt };
	};

	async function* runTurn(request: TurnRequest): AsyncGenerator<TurnUpdate> {
		const end = (stopReason: "failed" | "cancelled", error: string | null): TurnUpdate => ({
			kind: "end",
			stopReason,
			usage: null,
			error,
		});
		if (request.signal.aborted) return yield end("cancelled", null);
		const executable = findClaude(request.environment);
		if (executable === null) {
			const login = claudeLogin(request.environment);
			const hint = login.kind === "missing" ? login.hint : "";
			return yield end("failed", `${name}: Claude Code was not found. ${hint}`);
		}
		const { conversationId, signal } = request;
		const options = optionsOf(request, executable);
		const { child, blocks } = childFor(request, options);
		const names = claudeNames(request.tools, wireNames(request.tools));
		const turn = new ClaudeTurn(request, child, names, ownerOf(request), claudeWindow(request.model));
		child.listener = turn;
		keep(conversationId, child);
		const cancel = () => turn.cancel();
		signal.addEventListener("abort", cancel, { once: true });
		const entries: Entries[number][] = [...request.transcript];
		let ended = false;
		try {
			child.send(blocks);
			for await (const update of turn.updates) {
				if (update.kind === "response") entries.push(update.entry);
				if (update.kind === "toolResults") entries.push({ role: "tool", results: update.results });
				if (update.kind === "steered") entries.push({ role: "user", content: update.content });
				if (update.kind === "end") {
					ended = true;
					child.listener = null;
					child.history = turn.isClean ? fingerprint(entries) : null;
					if (child.history === null) drop(conversationId);
				}
				yield update;
			}
		} finally {
			signal.removeEventListener("abort", cancel);
			child.listener = null;
			if (!ended) drop(conversationId);
		}
	}

	return {
		name,
		aliases: ["claude", "sdk", "agent", "claude-cli", "cli"],
		capabilities: {
			images: true,
			thinking: true,
			tools: true,
			steer: true,
			search: true,
			providerTools: true,
		},
		defaultModel: defaultModels[name].prompt,
		defaultCompletionModel: defaultModels[name].completion,
		login: claudeLogin,
		runTurn,
		warm(environment) {
			// Loading the SDK is the part that can be done before a conversation is known.
			if (findClaude(environment) !== null) import("@anthropic-ai/claude-agent-sdk").catch(() => {});
		},
		listModels: async () => [
			...["sonnet", "opus", "haiku"].map((id) => ({ id, name: null, contextWindow: claudeWindow(id) })),
			...claudeModels,
		],
		contextWindow: claudeWindow,
		async dispose() {
			for (const conversationId of [...children.keys()]) drop(conversationId);
		},
	};
};

const optionsOf = (request: TurnRequest, executable: string): ChildOptions => {
	const login = claudeLogin(request.environment);
	// A login comes before a billed key that happens to be in the environment.
	const without = login.kind === "login" ? ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] : [];
	return {
		executable,
		environment: childEnvironment(request.environment, without),
		cwd: request.cwd,
		systemPrompt: request.systemPrompt,
		tools: request.tools,
		model: request.model,
		think: request.think,
		search: request.search !== null,
		hasKey: login.kind === "environment" && /KEY|TOKEN/.test(login.name),
	};
};

const ownerOf = (request: TurnRequest) => ({
	backend: name,
	model: fullClaudeModel(request.model),
	endpoint: withoutSlash(
		readVariable(request.environment, "ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com",
	),
});

const seedOf = (request: TurnRequest) => {
	const names = claudeNames(request.tools, wireNames(request.tools));
	const own = request.tools.length > 0 ? ownTools : [];
	const steps = settleTranscript(request.transcript, {
		tools: new Set([...request.tools.map((tool) => tool.name), ...own]),
		owner: ownerOf(request),
		replaysProviderCalls: true,
	});
	return toSeed(steps, names);
};
