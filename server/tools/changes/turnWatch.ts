/**
 * What a turn's tools change, as far as it can be seen: files that are edited are read before and after; variables are
 * told by Python; where something ran that may write anything, the project's files tell by their times.
 */
import type { FileChange, TurnChanges, VariableChange } from "../../../protocol/index.ts";
import { lies, type Place } from "../places.ts";
import type { Effect, PermittedCall } from "../tool.ts";
import { type FileBefore, fileBefore, fileChange } from "./fileBefore.ts";
import { filesSince } from "./filesSince.ts";

/** What may write any file, where nothing was shown of it. */
const mayWrite: Readonly<Record<Effect, boolean>> = {
	looks: false,
	readsFiles: false,
	changesNamespace: true,
	changesFiles: true,
	runsCommands: true,
	callsServer: true,
	reachesNetwork: false,
};

const maxFiles = 50;
const maxVariables = 50;
const maxLineChars = 200;
/** All diffs of a turn together. */
const maxDiffChars = 60_000;

export class TurnWatch {
	readonly #place: Place;
	/** By path, as they were before the first edit. */
	readonly #files = new Map<string, FileBefore>();
	readonly #variables = new Map<string, VariableChange>();
	/** When the first call began that may have written anything. */
	#since: number | null = null;

	constructor(place: Place) {
		this.#place = place;
	}

	/** A call that may run is about to. */
	before(effect: Effect, { check, about }: PermittedCall): void {
		if (effect === "changesFiles" && about?.kind === "paths") {
			for (const path of about.paths) if (!this.#files.has(path)) this.#files.set(path, fileBefore(path));
			return;
		}
		if (mayWrite[effect] && check !== "looks" && (effect === "runsCommands" || check !== "contained"))
			this.#since ??= Date.now();
	}

	/** What a call changed in the namespace: of a name what was there first and what is there last. */
	changed(variables: readonly VariableChange[]): void {
		for (const { name, before, after } of variables) {
			const first = this.#variables.get(name);
			// What came and went, or is what it was, is no change.
			if (first !== undefined && first.before === after) this.#variables.delete(name);
			else this.#variables.set(name, { name, before: first === undefined ? before : first.before, after });
		}
	}

	/** All of it; `null` for nothing. Never rejects. */
	async changes(): Promise<TurnChanges | null> {
		const notes: string[] = [];
		const files = [...this.#edited(), ...(await this.#written(notes))].sort((a, b) =>
			a.path < b.path ? -1 : 1,
		);
		if (files.length > maxFiles) notes.push(`${files.length - maxFiles} more files changed.`);
		const variables = [...this.#variables.values()];
		if (variables.length > maxVariables)
			notes.push(`${variables.length - maxVariables} more variables changed.`);
		if (files.length === 0 && variables.length === 0) return null;
		let room = maxDiffChars;
		return {
			files: files.slice(0, maxFiles).map((file) => {
				room -= file.diff?.length ?? 0;
				return room < 0 ? { ...file, diff: null } : file;
			}),
			variables: variables.slice(0, maxVariables).map(({ name, before, after }) => ({
				name: name.slice(0, maxLineChars),
				before: before?.slice(0, maxLineChars) ?? null,
				after: after?.slice(0, maxLineChars) ?? null,
			})),
			notes,
		};
	}

	#edited(): FileChange[] {
		return [...this.#files].flatMap(([path, before]) => fileChange(path, this.#nameOf(path), before) ?? []);
	}

	async #written(notes: string[]): Promise<FileChange[]> {
		const { project, home, own } = this.#place;
		// Of a whole home nobody could tell who wrote what.
		if (this.#since === null || lies(home, project)) return [];
		const { written, isWhole } = await filesSince(project, this.#since, own);
		if (!isWhole)
			notes.push(`Not all of ${project} was looked through for files that changed: it is too large.`);
		return written
			.filter(({ path }) => !this.#files.has(path))
			.map(({ path }) => ({
				path: this.#nameOf(path),
				change: "written",
				added: null,
				removed: null,
				diff: null,
			}));
	}

	#nameOf(path: string): string {
		const { project } = this.#place;
		return path !== project && lies(path, project) ? path.slice(project.length).replace(/^\//, "") : path;
	}
}
