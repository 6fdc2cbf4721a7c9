/**
 * The copy of a history that the SDK makes on the disk for a child to resume. The SDK removes it some time after the
 * child's end and tells nobody, so a server that ends would leave conversations behind.
 */
import { globSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Removes the copy for this session, if it is still there. Never throws. */
export const removeHistoryCopy = (sessionId: string): void => {
	for (const path of globSync(`claude-resume-*/projects/*/${sessionId}.jsonl`, { cwd: tmpdir() }))
		try {
			rmSync(join(tmpdir(), path, "../../.."), { recursive: true, force: true, maxRetries: 3 });
		} catch {
			// The SDK is at it too.
		}
};
