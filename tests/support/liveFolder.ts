import { onTestFinished } from "vitest";
import { spawnKernel } from "../../clients/common/kernel/spawnKernel.ts";
import { joinServer } from "../../clients/common/server/joinServer.ts";
import { testPython } from "./python.ts";
import { nextRequestId } from "./sessionWithKernel.ts";

/** A session with a kernel in this folder, on the person's shared server, as a terminal there has; gone with the test. */
export const makeFolderLive = async (
	cwd: string,
	environment: Readonly<Record<string, string>>,
): Promise<void> => {
	const server = await joinServer({ name: "test", cwd, environment, answers: "input" });
	const kernel = spawnKernel({ python: testPython(), cwd, env: environment }).launch;
	const { state } = await server.request("session/new", {
		requestId: nextRequestId(),
		cwd,
		kernel,
		settings: {},
	});
	onTestFinished(async () => {
		await server.request("session/close", { sessionId: state.sessionId, requestId: nextRequestId() });
		server.close();
	});
};
