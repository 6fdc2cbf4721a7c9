/** Functions of the person's that the model may call. They are looked up by name for each call. */

import type { ToolDescription } from "../../../protocol/index.ts";
import type { PersonsFunction, Python } from "../python.ts";
import { described, type Grant, type Tool } from "../tool.ts";

export class PersonsFunctions {
	/** By the Python that they live in: another one has none of them. */
	readonly #all = new WeakMap<Python, Map<string, Tool>>();

	in(python: Python): readonly Tool[] {
		return [...(this.#all.get(python)?.values() ?? [])];
	}

	/** Offers a function of the namespace. The sentence says why it cannot be one. */
	async add(
		python: Python,
		name: string,
		signal: AbortSignal,
	): Promise<ToolDescription | { readonly reason: string }> {
		const found = await python.describeFunction(name, signal);
		if ("reason" in found) return found;
		const tool = functionTool(python, name, found);
		const known = this.#all.get(python) ?? new Map<string, Tool>();
		this.#all.set(python, known.set(name, tool));
		return described(tool);
	}

	/** Describes those there are as they are defined now; one that is gone says so when it is called. Never rejects. */
	async refresh(python: Python, signal: AbortSignal): Promise<void> {
		const names = this.in(python).map(({ name }) => name);
		// What cannot be looked up now stays as it was told.
		await Promise.all(names.map((name) => this.add(python, name, signal).catch(() => {})));
	}

	/** Whether there was one. */
	remove(python: Python, name: string): boolean {
		return this.#all.get(python)?.delete(name) ?? false;
	}
}

const functionTool = (python: Python, name: string, offered: PersonsFunction): Tool => ({
	name,
	description: offered.description,
	inputSchema: offered.inputSchema,
	effect: "changesNamespace",
	prepare: async (args, signal) => {
		const now = await python.describeFunction(name, signal);
		if ("reason" in now) return { problem: `${name} ${now.reason}.` };
		const { definition } = now;
		return {
			check: "open",
			grant: functionGrant(name, definition),
			run: (options) => python.callFunction(name, args, definition, options),
		};
	},
});

/** "Always" for a function is for this very one. */
export const functionGrant = (name: string, definition: string): Grant => ({
	key: `function:${name}:${definition}`,
	text: `call ${name} as it is defined now, in this session without asking`,
});
