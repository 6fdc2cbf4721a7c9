/** What a typed input is: Python, a prompt, a command to the shell, or something the client does itself. */
import { parsePromptEntry } from "../../../protocol/promptEntry.ts";
import type { Entry } from "../session/liveSession.ts";
import { parseCommand } from "./commands.ts";

export type TypedEntry =
	| { readonly kind: "nothing" }
	| { readonly kind: "submit"; readonly entry: Entry }
	/** The words after `%ipyai`. */
	| { readonly kind: "command"; readonly words: string }
	| { readonly kind: "exit"; readonly keepKernel: boolean }
	| { readonly kind: "clearScreen" }
	/** A shell line that needs the whole terminal. */
	| { readonly kind: "program"; readonly command: string };

/** The command of a `!` line that needs the client's own terminal; `null` for one that the kernel can run. */
export type ProgramOf = (code: string) => string | null;

export const readEntry = (typed: string, promptMode: boolean, programOf: ProgramOf): TypedEntry => {
	const words = parseCommand(typed);
	if (words !== null) return { kind: "command", words };
	const parsed = parsePromptEntry(typed, promptMode);
	if (parsed.kind === "empty") return { kind: "nothing" };
	if (parsed.kind === "prompt") return { kind: "submit", entry: promptEntry(parsed.text, typed) };
	const code = parsed.code;
	const bare = code.trim();
	if (/^%?(exit|quit)(\(\))?$/.test(bare)) return { kind: "exit", keepKernel: false };
	if (/^(exit|quit)\(\s*(keep_kernel\s*=\s*)?True\s*\)$/.test(bare))
		return { kind: "exit", keepKernel: true };
	if (/^%(clear|cls)$/.test(bare)) return { kind: "clearScreen" };
	const command = programOf(code);
	if (command !== null) return { kind: "program", command };
	return { kind: "submit", entry: { kind: "cell", code } };
};

export const promptEntry = (text: string, source: string): Entry => ({
	kind: "prompt",
	content: [{ kind: "text", text }],
	source,
});
