/** `run_cell`: a cell that a program of others, such as an MCP client, wants to run in the person's session. */
import { rowText } from "../../../ground/text/plainText.ts";
import type { ToolCall } from "../../context/transcript.ts";
import type { PermittedCall } from "../tool.ts";

export type ProposedCell = {
	readonly code: string;
	/** As the program names itself. */
	readonly program: string;
};

export const proposedCall = ({ code }: ProposedCell, id: string): ToolCall => ({
	kind: "toolCall",
	callId: id,
	name: "run_cell",
	args: { code },
	executor: "server",
});

/** A cell has the person's hooks and transformers: nothing can be shown of it. */
export const permittedCell = ({ code, program }: ProposedCell): PermittedCall => {
	const who = rowText(program);
	return {
		check: "open",
		grant: {
			key: `run_cell:${program}`,
			text: `run any Python code that ${who} proposes in this session without asking`,
		},
		card: { title: `run_cell of ${who}`, text: code, language: "python", notes: [] },
	};
};
