import type { SessionSkills } from "../skills/sessionSkills.ts";
import { parseRules } from "../tools/rules.ts";
import { functionGrant } from "../tools/sources/functions.ts";
import { type Command, CommandError } from "./command.ts";
import { firstLine, table } from "./tables.ts";

/** `%ipyai` words about the live Python that the AI works with. */
export const toolCommands = {
	variables: {
		usage: "variables [FILTER]",
		summary: "the variables that the AI can look at",
		run: async ({ session, signal }, rest) => {
			const variables = await session.hosting.requireHost().variables(rest === "" ? null : rest, signal);
			if (variables.length === 0) return { text: "No variables." };
			return { text: variables.map(({ name, type, summary }) => `${name}: ${type} ${summary}`).join("\n") };
		},
	},
	tools: {
		usage: "tools",
		summary: "the tools that the AI can call",
		run: ({ session }) => {
			const tools = session.toolbox.descriptions;
			if (tools === null) return { text: "No tools: the session has no live kernel." };
			const listed = tools.map(({ name, description }) => `${name.padEnd(16)} ${description.split("\n")[0]}`);
			const running = session.toolbox.terminals.all.filter(({ terminal }) => terminal.isRunning);
			if (running.length > 0) listed.push("", "terminals that run in the background:");
			return {
				text: [...listed, ...running.map(({ id, command }) => `${String(id).padStart(3)}  ${command}`)].join(
					"\n",
				),
			};
		},
	},
	tool: {
		usage: "tool NAME [--off]",
		summary: "give the AI one of your functions as a tool, or take it back",
		run: async ({ session, signal }, rest) => {
			const [name = "", option] = rest.split(/\s+/);
			const { python } = session.hosting.requireHost();
			const { toolbox, turns } = session;
			if (name === "") throw new CommandError("write the name of a function after it.");
			if (option === "--off") {
				if (!toolbox.removeFunction(python, name))
					throw new CommandError(`${name} is none of your functions among the tools.`);
				turns.toolsChanged();
				return { text: `${name} is no tool any more.` };
			}
			const tool = await toolbox.addFunction(python, name, signal);
			if ("reason" in tool) throw new CommandError(`${name} ${tool.reason}.`);
			turns.toolsChanged();
			return { text: `${tool.description}\n${JSON.stringify(tool.inputSchema, null, 2)}` };
		},
	},
	allow: {
		usage: "allow RULE|NAME",
		summary:
			"allow for this session what a rule says, such as bash(pytest), or calls of one of your functions",
		run: async ({ session, signal }, rest) => {
			const { python } = session.hosting.requireHost();
			const [rule] = parseRules({ allow: [rest] }, "session");
			const known = session.toolbox.all?.some(({ name }) => name === rule?.tool) ?? false;
			if (rule?.tool != null && (known || rule.tool === "*")) {
				session.allowed.push(rule);
				return { text: `Allowed in this session: ${rest}.` };
			}
			const found = await python.describeFunction(rest, signal);
			if ("reason" in found)
				throw new CommandError(`${rest} is neither a rule about a tool nor a function: it ${found.reason}.`);
			await session.toolbox.addFunction(python, rest, signal);
			session.turns.toolsChanged();
			session.grants.add(functionGrant(rest, found.definition));
			return { text: `The AI may call ${rest} as it is defined now.` };
		},
	},
	skills: {
		usage: "skills [reload]",
		summary: "the skills that the AI may read, with where they come from; look for them anew",
		run: async ({ session }, rest) => {
			const { skills, turns } = session;
			if (rest !== "" && rest !== "reload") throw new CommandError("write skills, or skills reload.");
			await skills.ready;
			if (rest === "reload") {
				await skills.reload();
				session.log.add({ kind: "epochStarted", reason: "the skills were looked for anew" });
				turns.beginEpoch();
				turns.prepare();
			}
			return { text: await skillList(skills) };
		},
	},
} satisfies Record<string, Command>;

const skillList = async (skills: SessionSkills): Promise<string> => {
	const { listed, passedOver } = skills;
	const changed = await skills.changed();
	const rows = listed.map((skill) => [
		skill.name,
		[
			skill.origin,
			...(changed.has(skill.name) ? ["changed since, asked about"] : []),
			...(skill.blocks.length > 0 ? [`${skill.blocks.length} to run`] : []),
		].join(", "),
		firstLine(skill.folder, 60),
		firstLine(skill.description, 70),
	]);
	const shown =
		rows.length === 0 ? "No skills." : table(["name", "state", "folder", "description"], rows, []);
	const others = passedOver.map(({ path, reason }) => `${path} ${reason}.`);
	return others.length === 0 ? shown : `${shown}\n\nnot listed:\n${others.join("\n")}`;
};
