import type { SessionLog } from "./log.ts";

const tellEveryMs = 300;

export type Working = {
	say(text: string, share: number | null): void;
	done(): void;
};

/** Tells participants now and then how far something long is. What is quick tells nothing. */
export const tellWorking = (log: SessionLog): Working => {
	let toldAt = performance.now();
	let told = false;
	return {
		say: (text, share) => {
			const now = performance.now();
			if (now - toldAt < tellEveryMs) return;
			toldAt = now;
			told = true;
			log.hint({ kind: "working", text, share });
		},
		done: () => {
			if (told) log.hint({ kind: "working", text: null, share: null });
		},
	};
};

/** Tells participants that they wait for this, once it takes longer than a moment. */
export const tellWaiting = async <T>(log: SessionLog, text: string, work: Promise<T>): Promise<T> => {
	let told = false;
	const timer = setTimeout(() => {
		told = true;
		log.hint({ kind: "working", text, share: null });
	}, tellEveryMs);
	try {
		return await work;
	} finally {
		clearTimeout(timer);
		if (told) log.hint({ kind: "working", text: null, share: null });
	}
};
