import { sessionName } from "../../protocol/sessionList.ts";
import type { SessionView } from "./sessionView.ts";

/** What the last lines of the program say: how to come back. */
export const resumeText = (view: SessionView, program: string): string =>
	`To resume: ${program} -r ${sessionName(view)}`;

/** Others work in this session: leaving must not take their kernel away. */
export const hasOthers = (view: SessionView): boolean =>
	view.participants.some((each) => each.participantId !== view.participantId && each.role === "controller");
