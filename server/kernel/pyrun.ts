/** The `pyrun` tool: the model's way into the live namespace. What it does in Python is in `clients/ipython`. */
import { randomUUID } from "node:crypto";
import type { Content, ToolDescription } from "../../protocol/index.ts";
import { HostError } from "../sessions/python/host.ts";
import type { OpenKernel } from "./openKernel.ts";
import { record, text } from "./outputs.ts";

export const pyrunTool: ToolDescription = {
	name: "pyrun",
	description:
		"Run Python in the user's live IPython session and return what it printed, the value of its last expression, pictures it showed, or its traceback. It shares the user's variables: names it assigns stay. Top-level await, %magics and !shell commands work. It is not a cell: it has no input number and is not in the history.",
	inputSchema: {
		type: "object",
		properties: {
			code: { type: "string", description: "Python code; the value of the last expression is returned." },
		},
		required: ["code"],
		additionalProperties: false,
	},
};

/** Code that calls a function of the user's (`clients/ipython/ipyai/tools.py`). JSON's strings are Python's. */
export const userToolCode = (name: string, args: Readonly<Record<string, unknown>>): string =>
	`await __import__("sys").modules["_ipyai"].tools.call(${JSON.stringify(name)}, ${JSON.stringify(JSON.stringify(args))})`;

/** What child processes printed past Python, at most. */
const maxStrayChars = 8000;
/** How long an interrupted call may take to end. */
const endMs = 5000;

export const callPyrun = async (
	{ runMain, cancel }: OpenKernel,
	code: string,
	options: { signal: AbortSignal; onWaiting(waiting: boolean): void; isBusy: boolean },
): Promise<{ content: readonly Content[]; isError: boolean }> => {
	const { signal, onWaiting } = options;
	signal.throwIfAborted();
	const id = randomUUID();
	let started = false;
	let stray = "";
	if (options.isBusy) onWaiting(true);
	const { result } = runMain("pyrun", { id, code }, (message) => {
		const type = message.header.msg_type;
		if (!started && type === "status") {
			started = true;
			if (options.isBusy && !signal.aborted) onWaiting(false);
		}
		// Python's own prints are caught in Python; a child process writes to the kernel's file descriptors.
		if (type === "stream" && stray.length < maxStrayChars) stray += text(message.content.text);
	});
	const stopped = Promise.withResolvers<never>();
	const stop = (): void => {
		// What had begun is heard to its end, with what it printed; what waits for a cell is left at once.
		void cancel(id).then((begun) => setTimeout(() => stopped.reject(signal.reason), begun ? endMs : 0));
	};
	signal.addEventListener("abort", stop, { once: true });
	try {
		const answer = record(await Promise.race([result, stopped.promise]));
		const content = (Array.isArray(answer.content) ? answer.content : []) as Content[];
		const whole = stray
			? [...content, { kind: "text" as const, text: stray.slice(0, maxStrayChars) }]
			: content;
		return { content: whole, isError: answer.isError === true };
	} catch (error) {
		if (error instanceof HostError && error.code === "notAlive")
			throw new HostError("notAlive", `The kernel ended while the code ran. ${error.message}`, {
				cause: error,
			});
		throw error;
	} finally {
		signal.removeEventListener("abort", stop);
	}
};
