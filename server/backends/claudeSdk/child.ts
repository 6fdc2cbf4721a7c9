/**
 * A Claude Code process that holds one conversation. It is given prompts one after the other and tells messages;
 * whoever runs a turn listens. `history` says which transcript it holds.
 */
import { randomUUID } from "node:crypto";
import type { Options, Query, SDKMessage, SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import type { Content, ThinkLevel, ToolDescription } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";
import { Queue } from "../loop/queue.ts";
import {
	type ClaudeThinking,
	claudeEfforts,
	claudeThinking,
	fullClaudeModel,
	minTokensToThink,
	thinkingBudgets,
} from "../models/models.ts";
import { removeHistoryCopy } from "./historyCopy.ts";
import type { Project } from "./project.ts";
import type { Seed } from "./seed.ts";
import { claudeNames, createToolServer, type ToolAnswer } from "./toolServer.ts";

/** Fixed for a child's life: another one of these needs another child. */
export type ChildOptions = {
	readonly executable: string;
	/** Already less what a child must not see. */
	readonly environment: Environment;
	readonly cwd: string;
	readonly systemPrompt: string;
	readonly tools: readonly ToolDescription[];
	readonly model: string;
	readonly think: ThinkLevel;
	/** `null`: the child's own, which is the model's. */
	readonly maxOutputTokens: number | null;
	readonly project: Project;
	/** A key or a token is in use: a child without tools of its own may start bare, which is quicker. */
	readonly hasKey: boolean;
};

export type ChildListener = {
	onMessage(message: SDKMessage): void;
	/** The process ended, with the reason when it told one. Nothing follows. */
	onEnd(error: Error | null): void;
	callTool(toolUseId: string): Promise<ToolAnswer>;
	/** Before any tool, of ours or of the child: `null` lets it run, a text is the reason why not. */
	permit(toolUseId: string): Promise<string | null>;
	/** Asked when the calls of a response have their results: true ends the turn there. */
	readonly isCancelled: boolean;
};

/** The child's own tools that go through `permit`. */
export const ownTools = ["Bash", "Edit", "Glob", "Grep", "Read", "WebFetch", "WebSearch", "Write"];

/** How long a child has for stopping its request. */
const stopMs = 500;

export class ClaudeChild {
	readonly options: ChildOptions;
	/** Fingerprint of the transcript it holds, `null` once that is not certain. */
	history: string | null;
	listener: ChildListener | null = null;
	/** Resolves when the process has ended and has left nothing behind. */
	readonly gone: Promise<void>;
	readonly #input = new Queue<SDKUserMessage>();
	readonly #query: Promise<Query>;
	/** Names a history that is handed over. */
	readonly #sessionId = randomUUID();
	#ended = false;
	#lastError = "";
	#costUsd = 0;

	constructor(options: ChildOptions, seed: Seed["records"], history: string) {
		this.options = options;
		this.history = history;
		this.#query = this.#start(seed);
		// A failed start is told to the listener.
		const ended = this.#query.then(
			(messages) => this.#read(messages),
			(error) => this.#end(error),
		);
		this.gone = seed.length === 0 ? ended : ended.then(() => removeHistoryCopy(this.#sessionId));
	}

	get ended(): boolean {
		return this.#ended;
	}

	send(content: SDKUserMessage["message"]["content"], priority?: "next"): void {
		const message: SDKUserMessage = {
			type: "user",
			message: { role: "user", content },
			parent_tool_use_id: null,
			...(priority === undefined ? {} : { priority }),
		};
		this.#input.push(message);
	}

	/** What was spent since the last time, from the sum that the child tells. */
	takeCost(totalUsd: number): number {
		const spent = totalUsd - this.#costUsd;
		this.#costUsd = totalUsd;
		return spent;
	}

	/** Stops the running turn; its `result` message follows. */
	async interrupt(): Promise<void> {
		// A child that is gone has nothing to interrupt.
		await (await this.#query).interrupt().catch(() => {});
	}

	/** Interrupts what runs, then closes: by closing alone the child would finish its request first. */
	async stop(): Promise<void> {
		const late = new Promise((resolve) => setTimeout(resolve, stopMs).unref());
		// A child that cannot be interrupted is closed all the same.
		await Promise.race([this.interrupt().catch(() => {}), late]);
		this.close();
	}

	close(): void {
		this.#input.end();
		this.#query.then((query) => query.close()).catch(() => {});
		this.#end(null);
	}

	async #start(seed: Seed["records"]): Promise<Query> {
		const { query } = await import("@anthropic-ai/claude-agent-sdk");
		return query({ prompt: this.#input, options: this.#toOptions(seed) });
	}

	async #read(messages: Query): Promise<void> {
		try {
			for await (const message of messages) this.listener?.onMessage(message);
			this.#end(this.#lastError === "" ? null : new Error(this.#lastError));
		} catch (error) {
			const detail = this.#lastError === "" ? "" : ` ${this.#lastError}`;
			this.#end(new Error(`${(error as Error).message}${detail}`, { cause: error }));
		}
	}

	#end(error: Error | null): void {
		if (this.#ended) return;
		this.#ended = true;
		this.history = null;
		this.listener?.onEnd(error);
	}

	#toOptions(seed: Seed["records"]): Options {
		const { options } = this;
		const names = claudeNames(options.tools);
		const hasTools = options.tools.length > 0;
		const model = fullClaudeModel(options.model);
		const kind = claudeThinking(model);
		return {
			pathToClaudeCodeExecutable: options.executable,
			cwd: options.cwd,
			model,
			systemPrompt: options.systemPrompt,
			env: {
				...options.environment,
				CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
				// Ours take as long as the person's code does, and the server has already cut what is too long.
				MCP_TOOL_TIMEOUT: "2147483647",
				MAX_MCP_OUTPUT_TOKENS: "1000000",
				// A bare child calls no hooks, so its own tools would run unasked.
				...toLimit(kind, options),
				...(options.hasKey && !hasTools ? { CLAUDE_CODE_SIMPLE: "1" } : {}),
			},
			tools: hasTools ? [...ownTools] : [],
			...(hasTools
				? {
						mcpServers: {
							ipy: createToolServer(options.tools, names, (id) => this.#callTool(id)),
						},
						hooks: {
							PreToolUse: [
								{
									// A person may think for long; the default would refuse after a minute.
									timeout: 86_400,
									hooks: [
										async (input, id) =>
											decide(input.agent_id === undefined ? await this.#permit(id ?? "") : forkRefusal),
									],
								},
							],
							PostToolBatch: [{ hooks: [async () => goOn(this.listener?.isCancelled === false)] }],
						},
						canUseTool: async () => ({ behavior: "deny", message: "Not permitted." }),
					}
				: {}),
			strictMcpConfig: true,
			...toSources(hasTools, options.project),
			settings: {
				attribution: { commit: "", pr: "" },
				// These run commands without asking; our own PreToolUse stays.
				disableAllHooks: true,
				disableSkillShellExecution: true,
				// It would keep notes on conversations in the person's folders.
				autoMemoryEnabled: false,
			},
			permissionMode: "default",
			verbatimPrompts: true,
			includePartialMessages: true,
			...toThinking(kind, options),
			...(seed.length === 0
				? { persistSession: false }
				: {
						resume: this.#sessionId,
						sessionStore: { load: async () => [...seed], append: async () => {} },
					}),
			stderr: (text) => {
				this.#lastError = text.trim().slice(-500);
			},
		};
	}

	async #callTool(toolUseId: string): Promise<ToolAnswer> {
		const content: Content[] = [{ kind: "text", text: "No turn is running." }];
		return (await this.listener?.callTool(toolUseId)) ?? { content, isError: true };
	}

	async #permit(toolUseId: string): Promise<string | null> {
		return this.listener === null ? "No turn is running." : this.listener.permit(toolUseId);
	}
}

/** The calls of an agent of Claude Code's own nobody sees and no transcript holds. */
const forkRefusal =
	"Tools are not available to an agent apart from the conversation. Say what is to be done; it is done there.";

const decide = (refusal: string | null) => ({
	hookSpecificOutput: {
		hookEventName: "PreToolUse" as const,
		permissionDecision: refusal === null ? ("allow" as const) : ("deny" as const),
		...(refusal === null ? {} : { permissionDecisionReason: refusal }),
	},
});

/** The model is told the reason with the next prompt. */
const goOn = (goesOn: boolean) =>
	goesOn ? {} : { continue: false, stopReason: "the person stopped the turn." };

/** Claude Code lets a model think that decides by itself how much: that comes on top. */
const toLimit = (kind: ClaudeThinking, { maxOutputTokens }: ChildOptions): Record<string, string> => {
	if (maxOutputTokens === null) return {};
	const thoughts = kind === "adaptive" ? minTokensToThink : 0;
	return { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxOutputTokens + thoughts) };
};

const toThinking = (
	kind: ClaudeThinking,
	{ think, maxOutputTokens }: ChildOptions,
): Pick<Options, "thinking" | "effort"> => {
	if (kind === "adaptive")
		return { thinking: { type: "adaptive", display: "summarized" }, effort: claudeEfforts[think] };
	if (kind === "none") return {};
	const hasRoom = maxOutputTokens === null || maxOutputTokens >= minTokensToThink;
	return {
		thinking: hasRoom ? { type: "enabled", budgetTokens: thinkingBudgets[think] } : { type: "disabled" },
	};
};

/** A child without tools answers from its request alone. */
const toSources = (hasTools: boolean, project: Project): Pick<Options, "settingSources"> => {
	if (!hasTools) return { settingSources: [] };
	if (project.kind === "untrusted") return { settingSources: ["user"] };
	return { settingSources: ["user", "project"] };
};
