import { fileURLToPath } from "node:url";
import type { Session } from "../sessions/session.ts";
import type { Client } from "./client.ts";
import type { Services } from "./feature.ts";

/**
 * The session a document belongs to. An input line's uri names it; a file uses one that its connection joined, else
 * the latest live one of its folder: of the editor's folder, or of the nearest folder above the file.
 */
export const sessionFor = (client: Client, { sessions }: Services, uri: string | null): Session | null => {
	const named = uri === null ? undefined : /^ipyai:\/sessions\/([^/]+)\//.exec(uri)?.[1];
	if (named) return sessions.require(named);
	const joined = [...client.joined].at(-1);
	if (joined) return sessions.require(joined);
	const path = pathOf(uri);
	const near = sessions.live
		.filter(({ cwd }) => cwd === client.facts.cwd || (path !== null && isIn(path, cwd)))
		.sort((a, b) => rank(a, client) - rank(b, client));
	return near.at(-1) ?? null;
};

/** A live Python counts most, then the nearest folder; among equals the latest session is last already. */
const rank = ({ hosting, cwd }: Session, client: Client): number =>
	(hosting.host ? 1_000_000 : 0) + (cwd === client.facts.cwd ? 100_000 : cwd.length);

const isIn = (path: string, folder: string): boolean =>
	folder !== "/" && path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);

const pathOf = (uri: string | null): string | null => {
	// A notebook's cell has the notebook's path.
	const file = uri?.replace(/^vscode-notebook-cell:(?:\/\/)?/, "file://").replace(/#.*$/, "");
	if (!file?.startsWith("file:")) return null;
	try {
		return fileURLToPath(file);
	} catch {
		return null; // on another machine
	}
};
