import type { SessionEvent } from "../protocol/index.ts";

/** The events of one finished cell that printed these texts. */
export const cellEvents = (n: number, printed: readonly string[]): SessionEvent[] => [
	{
		kind: "cellStarted",
		cellId: `c${n}`,
		kernelId: "k",
		code: `value = step(${n})\nvalue`,
		by: "p",
		executionCount: n,
	},
	...printed.map(
		(text): SessionEvent => ({
			kind: "cellOutput",
			cellId: `c${n}`,
			output: { kind: "stream", name: "stdout", text },
		}),
	),
	{ kind: "cellFinished", cellId: `c${n}`, status: "ok", executionCount: n, payloads: [] },
];

/** One cell of the five events that long sessions are made of. */
export const chattyCell = (n: number): SessionEvent[] =>
	cellEvents(
		n,
		[1, 2, 3].map((part) => `line ${part} of cell ${n}: ${"x".repeat(60)}\n`),
	);
