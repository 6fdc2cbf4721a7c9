/** The models that Claude Code offers to the person who is logged in, asked of a process of its own. */
import type { Environment, Model } from "../backend.ts";
import { Queue } from "../loop/queue.ts";
import { claudeModels, claudeWindow } from "../models/models.ts";

/** Sends nothing to a model. Rejects when the process cannot say; ends it in any case. */
export const askClaudeModels = async (
	executable: string,
	environment: Environment,
	signal: AbortSignal,
): Promise<Model[]> => {
	const { query } = await import("@anthropic-ai/claude-agent-sdk");
	const input = new Queue<never>();
	const asking = query({
		prompt: input,
		options: {
			pathToClaudeCodeExecutable: executable,
			env: { ...environment, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
			tools: [],
			strictMcpConfig: true,
			settingSources: [],
			persistSession: false,
			permissionMode: "default",
		},
	});
	const close = () => {
		input.end();
		asking.close();
	};
	signal.addEventListener("abort", close, { once: true });
	try {
		const offered = (await asking.supportedModels()).filter(({ value }) => value !== "default");
		const models = offered.map(
			({ value, displayName, resolvedModel }): Model => ({
				id: value,
				name: displayName,
				contextWindow: claudeWindow(resolvedModel ?? value),
			}),
		);
		// Full names work as well as the short ones that Claude Code lists.
		return [...models, ...claudeModels.filter(({ id }) => !models.some((model) => model.id === id))];
	} finally {
		signal.removeEventListener("abort", close);
		close();
	}
};
