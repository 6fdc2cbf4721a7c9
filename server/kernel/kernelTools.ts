import type { ToolDescription } from "../../protocol/index.ts";
import { type Host, HostError } from "../sessions/python/host.ts";
import type { OpenKernel } from "./openKernel.ts";
import { record, text } from "./outputs.ts";
import { callPyrun, pyrunTool, userToolCode } from "./pyrun.ts";

export type KernelToolsOptions = {
	alive(): Promise<OpenKernel>;
	/** A cell runs. */
	isBusy(): boolean;
};

/** What a model may call in a kernel: `pyrun`, and functions of the user's. */
export class KernelTools {
	readonly #options: KernelToolsOptions;
	readonly #users = new Map<string, ToolDescription>();

	constructor(options: KernelToolsOptions) {
		this.#options = options;
	}

	get all(): readonly ToolDescription[] {
		return [pyrunTool, ...this.#users.values()];
	}

	/** Offers a function of the namespace. Fails with `HostError` when it cannot be a tool. */
	async add(name: string, signal: AbortSignal): Promise<ToolDescription> {
		if (name === pyrunTool.name) throw new HostError("failed", `${name} is a tool already.`);
		const open = await this.#options.alive();
		const found = record(await open.look("tool", { name }, signal));
		if (typeof found.reason === "string") throw new HostError("failed", `${name} ${found.reason}.`);
		const tool = {
			name,
			description: text(found.description),
			inputSchema: record(found.inputSchema),
		};
		this.#users.set(name, tool);
		return tool;
	}

	/** Whether there was one. */
	remove(name: string): boolean {
		return this.#users.delete(name);
	}

	/** A call that cannot be made is a failed one. */
	async call(
		name: string,
		args: Readonly<Record<string, unknown>>,
		options: { signal: AbortSignal; onWaiting(waiting: boolean): void },
	): ReturnType<Host["callTool"]> {
		const failed = (reason: string) => ({
			content: [{ kind: "text" as const, text: reason }],
			isError: true,
		});
		const isUsers = this.#users.has(name);
		if (!isUsers && name !== pyrunTool.name) return failed(`There is no tool "${name}" in this kernel.`);
		const code = isUsers ? userToolCode(name, args) : args.code;
		if (typeof code !== "string") return failed('pyrun needs "code", a string of Python.');
		try {
			const open = await this.#options.alive();
			return await callPyrun(open, code, { ...options, isBusy: this.#options.isBusy() });
		} catch (error) {
			if (error instanceof HostError) return failed(error.message);
			throw error;
		}
	}
}
