/** An approval as the card and the question line show it. */
import { callText } from "../../protocol/toolLine.ts";
import type { Approval } from "../common/sessionView.ts";
import type { Approval as Card } from "./render/approval.ts";

const codeArguments = { code: "python", command: "bash", cmd: "bash" } as const;

/** The call's code in full when it has one, its other arguments beside the tool's name; else the call. */
export const approvalCard = ({ tool, args, always }: Approval): Card => {
	const meaning = always === null ? {} : { always };
	for (const [name, language] of Object.entries(codeArguments)) {
		const code = args[name];
		if (typeof code !== "string") continue;
		const { [name]: _, ...others } = args;
		const title = Object.keys(others).length === 0 ? tool : callText(tool, others);
		return { tool: title, code, language, ...meaning };
	}
	return { tool, code: callText(tool, args), language: "python", ...meaning };
};
