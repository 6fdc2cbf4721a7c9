/** A session's skills as its tools use them. */
import type { Environment } from "../backends/backend.ts";
import type { SessionSkills } from "../skills/sessionSkills.ts";
import { placeOf } from "../tools/places.ts";
import type { Skills } from "../tools/sources/skills.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import type { SessionLog } from "./log.ts";
import type { Hosting } from "./python/hosting.ts";
import { runCell } from "./python/runCell.ts";

/** The session, as far as its skills go. */
export type SkilledSession = {
	readonly cwd: string;
	readonly environment: Environment;
	readonly log: SessionLog;
	readonly hosting: Hosting;
	readonly skills: SessionSkills;
	readonly toolbox: Toolbox;
	readonly turns: { toolsChanged(): void };
};

export const skillsOf = (session: SkilledSession): Skills => {
	const python = () => session.hosting.requireHost().python;
	return {
		get kind() {
			const { listed, bringMore } = session.skills;
			return listed.length === 0 ? "none" : bringMore ? "texts and more" : "texts";
		},
		current: (name) => session.skills.current(name),
		accept: ({ hash }) => session.skills.accept(hash),
		place: () => placeOf(session.cwd, session.cwd, session.environment),
		runCell: async (name, code, signal) => {
			const { status, error } = await runCell(
				session,
				{ code, by: null, quoted: true, author: `the skill ${name}` },
				signal,
			);
			return status === "ok" ? null : (error ?? status);
		},
		offer: async (name, signal) => {
			const offered = await session.toolbox.addFunction(python(), name, signal);
			if ("reason" in offered) return offered.reason;
			session.turns.toolsChanged();
			return null;
		},
		look: async (name, signal) => {
			const found = await python().look({ what: name, frame: null, traceback: false }, signal);
			return "problem" in found ? found.problem : found.text;
		},
	};
};
