/** How far a step is, on a line that is written anew: with a bar, and seconds that show it is alive where nothing else moves. */

/** @typedef {import("./pythonEnvironment.mjs").Count} Count */

/**
 * `write` takes the line as it stands now, and `null` when it is to go away. Where no line can be written anew, each
 * step is told once, when it begins.
 *
 * @param {{ write(line: string | null): void; tell(line: string): void; rewrites: boolean }} screen
 */
export const createProgressLine = ({ write, tell, rewrites }) => {
	/** @type {Count | null} */
	let count = null;
	let since = 0;
	let told = "";
	/** @type {NodeJS.Timeout | undefined} */
	let timer;
	const draw = () => {
		if (count !== null) write(progressText(count, Math.floor((Date.now() - since) / 1000)));
	};
	const end = () => {
		clearInterval(timer);
		timer = undefined;
		if (count !== null && rewrites) write(null);
		count = null;
	};
	return {
		/** @param {Count} next */
		onCount: (next) => {
			if (next.what !== told) {
				end();
				told = next.what;
				since = Date.now();
				if (!rewrites) tell(`${next.what} (${next.total} packages) ...`);
			}
			if (!rewrites) return;
			count = next;
			timer ??= setInterval(draw, 1000).unref();
			draw();
		},
		/** @param {string} line */
		onProgress: (line) => {
			end();
			tell(line);
		},
		/** Nothing is drawn after this. */
		end,
	};
};

/** With what stands beside it within 80 columns. */
const barWidth = 16;

/**
 * @param {Count} count
 * @param {number} seconds
 */
export const progressText = ({ what, done, total }, seconds) => {
	const filled = Math.round((done / total) * barWidth);
	return `${what} ${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${done} of ${total}${seconds > 0 ? `, ${seconds} s` : ""}`;
};
