import type { SessionLog } from "../log.ts";
import type { HostCommandAnswer } from "../python/host.ts";
import type { CommandCell } from "../python/hosting.ts";
import type { Turns } from "./turns.ts";

/** The body of a `%%ipyai` cell: a prompt under the cell's number, which waits until the cell has ended. */
export const promptFromCell = (
	log: SessionLog,
	turns: Turns,
	{ line, body }: { readonly line: string; readonly body: string },
	cell: CommandCell,
): HostCommandAnswer => {
	const text = body.replace(/\n+$/, "");
	if (line.trim() !== "") return failed("Write the prompt below the line %%ipyai, not behind it.");
	if (text.trim() === "") return nothing;
	try {
		const start = turns.promptFromCell(text, cell.by);
		void cell.done
			.then(start)
			.catch((error: Error) => log.hint({ kind: "notice", level: "error", text: error.message }));
		return nothing;
	} catch (error) {
		return failed(`%%ipyai: ${(error as Error).message}`);
	}
};

const nothing: HostCommandAnswer = { text: "", failed: false, action: null };

const failed = (text: string): HostCommandAnswer => ({ text, failed: true, action: null });
