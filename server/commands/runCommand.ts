/** `%ipyai WORDS`: finds the command and runs it. */

import { nearest } from "../../ground/text/nearest.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import { type CommandName, commandNames } from "../../protocol/commandNames.ts";
import type { RunCommandResult } from "../../protocol/index.ts";
import { archiveCommands } from "./archive.ts";
import type { Command, CommandContext } from "./command.ts";
import { conversationCommands } from "./conversation.ts";
import { mcpCommands } from "./mcp.ts";
import { notebookCommands } from "./notebooks.ts";
import { callTool, callWord } from "./seeds.ts";
import { sessionCommands } from "./sessions.ts";
import { settingCommands, showSettings } from "./settings.ts";
import { firstLine } from "./tables.ts";
import { toolCommands } from "./tools.ts";

const commands: Readonly<Record<CommandName, Command>> = {
	...settingCommands,
	...conversationCommands,
	...toolCommands,
	...mcpCommands,
	...sessionCommands,
	...archiveCommands,
	...notebookCommands,
	help: {
		usage: "help",
		summary: "this list",
		run: () => ({
			text: [
				"%ipyai shows the settings; %ipyai COMMAND:",
				...commandHelp().map(({ usage, summary }) => `  ${usage.padEnd(36)} ${summary}`),
			].join("\n"),
		}),
	},
};

/** What was typed is told again up to here. */
const maxEchoChars = 100;
const maxWhyChars = 2000;

/** Every command in the order of the list. */
export const commandHelp = (): readonly Pick<Command, "usage" | "summary">[] =>
	commandNames.map((name) => commands[name]);

/** Never rejects: what goes wrong is a `failed` text. An unknown word is told, never sent to the AI. */
export const runCommand = async (context: CommandContext, line: string): Promise<RunCommandResult> => {
	const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*)$/s.exec(line)!;
	try {
		if (word === "") return toResult(showSettings(context));
		if (word === callWord) return toResult(await callTool(context, rest));
		const name = word.replaceAll("-", "_");
		if (!Object.hasOwn(commands, name)) return unknownCommand(word);
		return toResult(await commands[name as CommandName].run(context, rest.trim()));
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		const text = `%ipyai ${firstLine(line, maxEchoChars)}: ${headOf(why, maxWhyChars)}`;
		return { text, failed: true, action: null };
	}
};

const toResult = ({
	text,
	failed = false,
	action,
}: Awaited<ReturnType<Command["run"]>>): RunCommandResult => ({
	text,
	failed,
	action: action ?? null,
});

const unknownCommand = (word: string): RunCommandResult => {
	const near = nearest(word, commandNames);
	const hint = near === null ? "" : ` Did you mean %ipyai ${near}?`;
	return {
		text: `Unknown command: ${firstLine(word, maxEchoChars)}.${hint} %ipyai help lists the commands.`,
		failed: true,
		action: null,
	};
};
