/** What `ipyai lsp` adds to an editor's `initialize`: where it works, and the variables of the shell that started it. */
import { fileURLToPath } from "node:url";
import type { Message } from "./frames.ts";

type Surroundings = {
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Where sessions are looked for when the editor names no folder. */
	readonly cwd: string;
};

/** The editor's own wishes win; its variables are those of this process, which it has started. */
export const withOptions = (message: Message, surroundings: Surroundings): Message => {
	const given = message.params?.initializationOptions as { aiShell?: Record<string, unknown> } | undefined;
	const own = given?.aiShell ?? {};
	const environment: Record<string, string> = {};
	for (const [name, value] of Object.entries(surroundings.environment))
		if (value !== undefined) environment[name] = value;
	const aiShell = {
		cwd: folderOf(message.params ?? {}) ?? surroundings.cwd,
		...own,
		environment: { ...environment, ...(own.environment as object | undefined) },
	};
	return { ...message, params: { ...message.params, initializationOptions: { ...given, aiShell } } };
};

/** The folder an editor works in, `null` when it names none on this machine. */
const folderOf = (params: Readonly<Record<string, unknown>>): string | null => {
	const [first] = Array.isArray(params.workspaceFolders) ? params.workspaceFolders : [];
	const uri = first?.uri ?? params.rootUri;
	if (typeof uri === "string" && uri.startsWith("file:"))
		try {
			return fileURLToPath(uri);
		} catch {
			return null; // a name on another machine
		}
	return typeof params.rootPath === "string" ? params.rootPath : null;
};
