/** What the scripts that people start share: lines for people, and an end that leaves nothing behind. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createProgressLine } from "../../ground/environment/progressLine.mjs";
import { isExplained, setUp } from "./setUp.mjs";

/** The clone's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Sets up and tells about it on standard error. False when something is missing and cannot be had.
 *
 * @param {import("./setUp.mjs").PythonNeed} python
 */
export const setUpAndTell = async (python) => {
	const stop = new AbortController();
	const stopWith = (/** @type {number} */ signal) => () => {
		process.exitCode = 128 + signal;
		stop.abort();
	};
	const signals = /** @type {const} */ ({ SIGHUP: stopWith(1), SIGINT: stopWith(2), SIGTERM: stopWith(15) });
	for (const [signal, listener] of Object.entries(signals)) process.on(signal, listener);
	const line = createProgressLine({
		write: (text) =>
			process.stderr.write(
				`\r\x1b[K${text === null ? "" : `ipyai: ${text}`.slice(0, (process.stderr.columns ?? 80) - 1)}`,
			),
		tell: say,
		rewrites: process.stderr.isTTY === true,
	});
	try {
		await setUp(root, python, { env: process.env, ...line, signal: stop.signal });
	} catch (error) {
		line.end();
		if (stop.signal.aborted) process.exit();
		say(isExplained(error) ? error.message : String(error instanceof Error ? error.stack : error));
		return false;
	} finally {
		line.end();
		for (const [signal, listener] of Object.entries(signals)) process.off(signal, listener);
	}
	if (stop.signal.aborted) process.exit();
	return true;
};

/** @param {string} line */
const say = (line) => process.stderr.write(`ipyai: ${line}\n`);
