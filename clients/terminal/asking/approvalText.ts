/** An approval as the card and the question line show it. */
import { askedCall } from "../../../protocol/askedCall.ts";
import type { Approval } from "../../common/session/sessionView.ts";
import type { Approval as Card } from "../render/approval.ts";

export const approvalCard = ({ tool, args, always }: Approval): Card => {
	const { title, text, language } = askedCall(tool, args);
	return { tool: title, code: text, language, ...(always === null ? {} : { always }) };
};
