import type { Answers } from "../../common/server/connection.ts";
import type { ShellOptions } from "../../common/shell/shell.ts";
import { clientName } from "../commandLine/clientName.ts";
import type { Start } from "../commandLine/start.ts";

/** What a shell is told by every face in the same way. */
export const shellOptions = (
	start: Start,
	answers: Answers,
): Pick<ShellOptions, "name" | "program" | "promptMode" | "sessionOptions"> => ({
	name: clientName,
	program: start.program,
	promptMode: start.args.promptMode,
	sessionOptions: (listener) => start.sessionOptions(listener, answers),
});
