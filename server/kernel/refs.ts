/** Resolves the references of a prompt in a live kernel, each with a limit on the waiting. */
import { randomUUID } from "node:crypto";
import { HostError, type Ref, type ResolvedRef } from "../sessions/python/host.ts";
import type { OpenKernel } from "./openKernel.ts";
import { record, text } from "./outputs.ts";

/** What resolving needs of the kernel. */
export type RefOperations = Pick<OpenKernel, "look" | "lookApart" | "runMain" | "cancel"> & {
	/** How long a value may take to be found and made into text. */
	readonly lookLimitMs: number;
};

const shellLimitSeconds = 30;
const callLimitMs = 30_000;

export const resolveRefs = async (
	refs: readonly Ref[],
	operations: RefOperations,
	signal: AbortSignal,
): Promise<readonly ResolvedRef[]> => {
	const commands = refs.filter((ref) => ref.kind === "shell").map((ref) => ref.command);
	const expressions = refs.filter((ref) => ref.kind === "variable").map((ref) => ref.expression);
	const [shellResults, values] = await Promise.all([
		resolveShell(commands, operations, signal),
		resolveVariables(expressions, operations, signal),
	]);
	signal.throwIfAborted();
	return refs.map((ref) => {
		const found = ref.kind === "shell" ? shellResults.shift() : values.shift();
		const fields = record(found);
		if (typeof fields.reason === "string") return { kind: "missing", ref, reason: fields.reason };
		if (ref.kind === "variable") return { ...ref, type: text(fields.type), text: text(fields.text) };
		const exitCode = typeof fields.exitCode === "number" ? fields.exitCode : null;
		return { ...ref, stdout: text(fields.stdout), stderr: text(fields.stderr), exitCode };
	});
};

const resolveShell = async (
	commands: readonly string[],
	{ lookApart, cancel }: RefOperations,
	signal: AbortSignal,
): Promise<unknown[]> => {
	if (commands.length === 0) return [];
	const id = randomUUID();
	const args = { id, commands, limitSeconds: shellLimitSeconds };
	try {
		return (await lookApart("shellRefs", args, (shellLimitSeconds + 10) * 1000, signal)) as unknown[];
	} catch (error) {
		void cancel(id);
		return commands.map(() => missing(error, signal));
	}
};

const resolveVariables = async (
	expressions: readonly string[],
	operations: RefOperations,
	signal: AbortSignal,
): Promise<unknown[]> => {
	if (expressions.length === 0) return [];
	const known = (await operations
		.look("knownRefs", { expressions }, signal)
		.catch((error) => expressions.map(() => missing(error, signal)))) as unknown[];
	return Promise.all(
		expressions.map((expression, index) => {
			const { asks, type, ...answer } = record(known[index]);
			if (asks === undefined) return { type, ...answer };
			if (asks === "call")
				return callOnMain(expression, operations, signal).catch((error) => missing(error, signal));
			return operations.lookApart("ref", { expression }, operations.lookLimitMs, signal).catch((error) => {
				const { reason } = missing(error, signal);
				// A variable that is there is told, whatever becomes of its text.
				return typeof type === "string" ? { type, text: `[its text ${reason}]` } : { reason };
			});
		}),
	);
};

/** A call may do anything, so it runs where cells run, and is interrupted when it takes too long. */
const callOnMain = async (
	expression: string,
	{ runMain, cancel }: RefOperations,
	signal: AbortSignal,
): Promise<unknown> => {
	const id = randomUUID();
	const stopped = Promise.withResolvers<unknown>();
	const stop = (): void => {
		void cancel(id);
		// It may still wait for a running cell, or not heed the interrupt.
		setTimeout(() => stopped.resolve({ reason: "took too long" }), 1000);
	};
	const timer = setTimeout(stop, callLimitMs);
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await Promise.race([runMain("callRef", { id, expression }).result, stopped.promise]);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", stop);
	}
};

/** A failed look-up as a missing reference; a cancel and a dead kernel are the caller's to see. */
const missing = (error: unknown, signal: AbortSignal): { reason: string } => {
	signal.throwIfAborted();
	if (!(error instanceof HostError) || error.code === "notAlive" || error.code === "lacksCapability")
		throw error;
	return { reason: error.code === "timeout" ? "took too long" : `failed: ${error.message}` };
};
