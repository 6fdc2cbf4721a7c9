import { pathOfUri } from "../../ground/paths/realPath.ts";
import type { Session } from "../sessions/session.ts";
import { type Client, isIn } from "./client.ts";
import type { Services } from "./feature.ts";

/**
 * The session a document belongs to. An input line's uri names it; a file uses one that its connection joined, else
 * the latest live one of its folder: of the editor's folder that it lies in, or of the nearest folder above the file.
 */
export const sessionFor = (client: Client, { sessions }: Services, uri: string | null): Session | null => {
	const named = uri === null ? undefined : /^ipyai:\/sessions\/([^/]+)\//.exec(uri)?.[1];
	if (named) return sessions.require(named);
	const joined = [...client.joined].at(-1);
	if (joined) return sessions.require(joined);
	const path = pathOf(uri);
	const folder = client.folderOf(path);
	const near = sessions.live
		.filter(({ cwd }) => cwd === folder || (path !== null && isIn(path, cwd)))
		.sort((a, b) => rank(a, folder) - rank(b, folder));
	return near.at(-1) ?? null;
};

/** A live Python counts most, then the nearest folder; among equals the latest session is last already. */
const rank = ({ hosting, cwd }: Session, folder: string): number =>
	(hosting.host ? 1_000_000 : 0) + (cwd === folder ? 100_000 : cwd.length);

/** A document's file, `null` where it has none on this machine. A notebook's cell has the notebook's. */
export const pathOf = (uri: string | null): string | null =>
	uri === null
		? null
		: pathOfUri(uri.replace(/^vscode-notebook-cell:(?:\/\/)?/, "file://").replace(/#.*$/, ""));
