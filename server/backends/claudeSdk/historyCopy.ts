/**
 * The copy of a history that the SDK makes on the disk for a child to resume. The SDK removes it some time after the
 * child's end and tells nobody, so a server that ends would leave conversations behind.
 */
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Removes the copy for this session, if it is still there. Never throws. */
export const removeHistoryCopy = (sessionId: string): void => {
	for (const folder of namesIn(tmpdir()).filter((name) => name.startsWith("claude-resume-"))) {
		const path = join(tmpdir(), folder);
		const projects = namesIn(join(path, "projects"));
		const isOurs = projects.some((project) =>
			namesIn(join(path, "projects", project)).includes(`${sessionId}.jsonl`),
		);
		if (isOurs) remove(path);
	}
};

const namesIn = (folder: string): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		// Gone by now, or somebody else's.
		return [];
	}
};

const remove = (path: string): void => {
	try {
		rmSync(path, { recursive: true, force: true, maxRetries: 3 });
	} catch {
		// The SDK is at it too.
	}
};
