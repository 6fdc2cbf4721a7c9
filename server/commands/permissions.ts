import type { Session } from "../sessions/session.ts";
import type { Grants } from "../tools/grants.ts";
import type { Rule } from "../tools/rules.ts";
import { type Command, CommandError } from "./command.ts";

/** `%ipyai permissions`: beside the mode what was always allowed, and the way to take it back. */
export const permissionsCommand = (mode: Command): Command => ({
	usage: "permissions [ask|auto|plan|yolo | forget N|all] [--save]",
	summary: "who allows tools; your rules, what is always allowed, and taking it back",
	run: async (context, rest) => {
		const { grants } = context.session;
		const [word, which = ""] = rest.split(/\s+/);
		if (word === "forget") return { text: forget(context.session, which) };
		const { text } = await mode.run(context, rest);
		return { text: [text, ...listed(grants), ...ruled(context.session.permissionRules)].join("\n") };
	},
});

const listed = (grants: Grants): string[] =>
	grants.all.length === 0
		? []
		: ["always allowed:", ...grants.all.map(({ text }, at) => `  ${at + 1}  ${text}`)];

const ruled = (rules: readonly Rule[]): string[] =>
	rules.length === 0
		? []
		: [
				"rules:",
				...rules.map(({ ruling, text, source, tool }) => {
					const where = tool === null ? "not understood" : places[source];
					return `  ${ruling.padEnd(5)} ${text}   (${where})`;
				}),
			];

const places: Readonly<Record<Rule["source"], string>> = {
	person: "config.json",
	project: "this project",
	session: "this session",
};

const forget = (session: Session, which: string): string => {
	const { grants } = session;
	if (which === "all") {
		session.forgetAllowed();
		return "Nothing is always allowed any more.";
	}
	const taken = /^[1-9]\d*$/.test(which) ? grants.takeBack(Number(which) - 1) : null;
	if (taken !== null) return `Asked again from now on: ${taken.text}.`;
	const known =
		grants.all.length === 0 ? "nothing is always allowed" : `write 1 to ${grants.all.length}, or all`;
	throw new CommandError(`${which === "" ? "which one?" : `there is no ${which}:`} ${known}.`);
};
