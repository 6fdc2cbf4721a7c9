/**
 * Where the files of ours lie, the same rule for every client and the server. Pure: callers pass what they read from
 * their environment.
 */
import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";

/** Unix socket paths end at 104 bytes on macOS, 108 on Linux; names below the folder take up to 40. */
const maxFolderBytes = 64;

export type PlaceFacts = {
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly home: string;
	/** The system's folder for temporary files. */
	readonly tmp: string;
	readonly uid: number;
};

/** `$XDG_RUNTIME_DIR/ipyai`, or a short folder below the temporary one when that is absent or too long. */
export const runtimeDir = ({ environment, home, tmp, uid }: PlaceFacts): string => {
	const xdg = absolute(environment.XDG_RUNTIME_DIR);
	const preferred = xdg === null ? null : join(xdg, "ipyai");
	if (preferred && Buffer.byteLength(preferred) <= maxFolderBytes) return preferred;
	const name = `ipyai-${uid}-${shortHash(preferred ?? home)}`;
	const below = join(tmp, name);
	return Buffer.byteLength(below) <= maxFolderBytes ? below : join("/tmp", name);
};

/** `$XDG_STATE_HOME/ipyai`: database, blobs, logs. */
export const stateDir = ({ environment, home }: PlaceFacts): string =>
	join(absolute(environment.XDG_STATE_HOME) ?? join(home, ".local", "state"), "ipyai");

/** `$XDG_CONFIG_HOME/ipyai`: `config.json`, `sysp.txt`. */
export const configDir = ({ environment, home }: PlaceFacts): string =>
	join(absolute(environment.XDG_CONFIG_HOME) ?? join(home, ".config"), "ipyai");

/** The shared server's socket. Its name depends on the database, so that one server never serves another's. */
export const serverSocket = (facts: PlaceFacts): string =>
	join(runtimeDir(facts), `server-${shortHash(stateDir(facts))}.sock`);

/** The rule of the XDG folders: a relative path counts as none. It would name another folder in each process. */
export const absolute = (path: string | undefined): string | null => (path && isAbsolute(path) ? path : null);

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10);
