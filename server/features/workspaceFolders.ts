import type { InitializeParams } from "vscode-languageserver";
import { pathOfUri } from "../../ground/paths/realPath.ts";
import type { Feature } from "./feature.ts";

/** `workspace/didChangeWorkspaceFolders`: a file's session is looked for in the folder that the file lies in. */
export const workspaceFoldersFeature: Feature = {
	register(client) {
		client.onEditorNotification("workspace/didChangeWorkspaceFolders", ({ event: { added, removed } }) => {
			const left = new Set(removed.map(({ uri }) => pathOfUri(uri)));
			const came = added.flatMap(({ uri }) => pathOfUri(uri) ?? []);
			client.moveTo([...client.facts.folders.filter((folder) => !left.has(folder)), ...came]);
		});
	},
};

/** The folders that an editor begins with. */
export const foldersOf = ({ workspaceFolders, rootUri }: InitializeParams): string[] =>
	(workspaceFolders ?? (rootUri ? [{ uri: rootUri }] : [])).flatMap(({ uri }) => pathOfUri(uri) ?? []);
