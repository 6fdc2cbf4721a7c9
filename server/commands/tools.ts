import { type Command, CommandError } from "./command.ts";

/** `%ipyai` words about the live Python that the AI works with. */
export const toolCommands = {
	variables: {
		usage: "variables [FILTER]",
		summary: "the variables that the AI can look at",
		run: async ({ session, signal }, rest) => {
			const variables = await session.hosting.requireHost().variables(rest === "" ? null : rest, signal);
			if (variables.length === 0) return { text: "No variables." };
			return { text: variables.map(({ name, type, summary }) => `${name}: ${type} ${summary}`).join("\n") };
		},
	},
	tools: {
		usage: "tools",
		summary: "the tools that the AI can call",
		run: ({ session }) => {
			const tools = session.hosting.host?.tools ?? [];
			if (tools.length === 0) return { text: "No tools: the session has no live kernel." };
			return {
				text: tools
					.map(({ name, description }) => `${name.padEnd(16)} ${description.split("\n")[0]}`)
					.join("\n"),
			};
		},
	},
	tool: {
		usage: "tool NAME",
		summary: "what a tool does and takes",
		run: ({ session }, rest) => {
			const tools = session.hosting.host?.tools ?? [];
			const tool = tools.find(({ name }) => name === rest);
			if (!tool)
				throw new CommandError(
					`there is no tool ${rest || "without a name"}. There are: ${tools.map(({ name }) => name).join(", ") || "none"}. The AI calls any function of yours through pyrun.`,
				);
			return {
				text: `${tool.name}\n${tool.description}\n${JSON.stringify(tool.inputSchema, null, 2)}`,
			};
		},
	},
} satisfies Record<string, Command>;
