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
		.sort((a, b) => compare(rank(a, folder), rank(b, folder)));
	return near.at(-1) ?? null;
};

type Rank = readonly [hasPython: boolean, isFolder: boolean, depth: number];

/** The earlier of it counts more; among equals the latest session is last already. */
const rank = ({ hosting, cwd }: Session, folder: string): Rank => [
	hosting.host !== null,
	cwd === folder,
	cwd.length,
];

const compare = (a: Rank, b: Rank): number =>
	Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]) || a[2] - b[2];

/** A document's file, `null` where it has none on this machine. A notebook's cell has the notebook's. */
export const pathOf = (uri: string | null): string | null =>
	uri === null
		? null
		: pathOfUri(uri.replace(/^vscode-notebook-cell:(?:\/\/)?/, "file://").replace(/#.*$/, ""));
