/** What a typed input is: Python, a prompt, a command to the shell, or something the client does itself. */
import type { Content } from "../../../protocol/index.ts";
import { parsePromptEntry } from "../../../protocol/promptEntry.ts";
import type { Entry } from "../../common/session/liveSession.ts";
import { fullScreenCommand } from "../programs/shellProgram.ts";
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

export const readEntry = (typed: string, options: { readonly promptMode: boolean }): TypedEntry => {
	const words = parseCommand(typed);
	if (words !== null) return { kind: "command", words };
	const parsed = parsePromptEntry(typed, options.promptMode);
	if (parsed.kind === "empty") return { kind: "nothing" };
	if (parsed.kind === "prompt") return { kind: "submit", entry: promptEntry(parsed.text, typed) };
	const code = parsed.code;
	const bare = code.trim();
	if (/^%?(exit|quit)(\(\))?$/.test(bare)) return { kind: "exit", keepKernel: false };
	if (/^(exit|quit)\(\s*(keep_kernel\s*=\s*)?True\s*\)$/.test(bare))
		return { kind: "exit", keepKernel: true };
	if (/^%(clear|cls)$/.test(bare)) return { kind: "clearScreen" };
	const command = fullScreenCommand(code);
	if (command !== null) return { kind: "program", command };
	return { kind: "submit", entry: { kind: "cell", code } };
};

export const promptEntry = (text: string, source: string): Entry => {
	const content: Content[] = [{ kind: "text", text }];
	return { kind: "prompt", content, source };
};
