import type { Output } from "../../protocol/index.ts";
import type { ContextCell } from "../../server/store/store.ts";

let made = 0;

/** A finished cell as context sees it; strings are what it printed. */
export const ran = (
	code: string,
	outputs: readonly (Output | string)[] = [],
	fields: Partial<ContextCell> = {},
): ContextCell => ({
	cellId: `cell-${++made}`,
	kernelId: "k",
	code,
	executionCount: 1,
	outputs: outputs.map((output, seq) => ({
		seq,
		output: typeof output === "string" ? printed(output) : output,
	})),
	status: "ok",
	told: null,
	...fields,
});

export const printed = (text: string, name: "stdout" | "stderr" = "stdout"): Output => ({
	kind: "stream",
	name,
	text,
});

export const result = (data: Record<string, unknown>): Output => ({
	kind: "executeResult",
	executionCount: 1,
	data,
	metadata: {},
});
