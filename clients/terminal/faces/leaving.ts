import { sessionName } from "../../../protocol/sessionList.ts";
import type { SessionView } from "../../common/session/sessionView.ts";

/** What the last lines of the program say: how to come back. */
export const resumeText = (view: SessionView, program: string): string =>
	`To resume: ${program} -r ${sessionName(view)}`;
