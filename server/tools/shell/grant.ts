import type { Grant } from "../tool.ts";
import type { ShellVerdict } from "./verdict.ts";

/** What can run anything it is given: "always" would stand for everything. */
const runners =
	/^(ba|z|da|k|c|tc|fi|a)?sh$|^(python|pypy|perl|ruby|node|deno|bun|php|lua|Rscript|osascript)[\d.]*$|^(sudo|doas|su|env|xargs|find|nohup|nice|timeout|time|watch|ssh|make|git|npm|npx|pnpm|yarn|uv|uvx|pip|pipx|docker|podman|kubectl|eval|exec|command|source|\.|awk|gawk|sed|tar|vim?|ed|ex|emacs|gdb|strace|script|flock|setsid|parallel|busybox|curl|wget|rm|dd|tee|chmod|chown|mv|cp|ln)$/;

/**
 * "Always" for a command is its program with its first word, in this folder: offered where one simple command is
 * known word by word, runs nothing that it is given, and redirects nothing.
 */
export const grantFor = ({ steps, check }: ShellVerdict, folder: string): Grant | null => {
	const [step, ...more] = steps;
	if (check === "guarded" || step === undefined || more.length > 0 || step.words === null) return null;
	const [program = "", first] = step.words;
	if (runners.test(program) || program.includes("/")) return null;
	const prefix = first === undefined || first.startsWith("-") ? program : `${program} ${first}`;
	return {
		key: `command:${folder}:${prefix}`,
		text: `run ${prefix} in ${folder}, with any further words, in this session without asking`,
	};
};
