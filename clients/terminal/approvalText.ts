/** An approval as text: what would run, and what the answers mean. */
import { callText } from "../../protocol/toolLine.ts";
import type { Approval } from "./sessionView.ts";

export type ApprovalText = {
	/** What asks, in a few words. */
	readonly title: string;
	/** What would run, to be read before answering. */
	readonly body: string;
	readonly language: "python" | "bash" | null;
	/** The answers there are. */
	readonly keys: string;
};

const codeArguments = { code: "python", command: "bash", cmd: "bash" } as const;

/** The call's code in full when it has one, with its other arguments in the title. */
export const approvalText = ({ tool, args, always }: Approval): ApprovalText => {
	const keys = ["y allow", ...(always === null ? [] : [`a always: ${always}`]), "n deny"].join(" · ");
	for (const [name, language] of Object.entries(codeArguments)) {
		const code = args[name];
		if (typeof code !== "string") continue;
		const { [name]: _, ...others } = args;
		const rest = Object.keys(others).length === 0 ? tool : callText(tool, others);
		return { title: `${rest} wants to run`, body: code, language, keys };
	}
	return { title: `${tool} wants to run`, body: callText(tool, args), language: null, keys };
};
