/** Another user of the machine, for tests that run as root; they are left out elsewhere. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";

export const isRoot = process.getuid?.() === 0;
export const otherUid = 65534;

const listen = `const [path] = process.argv.slice(1);
require("node:net").createServer((socket) => socket.on("data", (bytes) => process.stdout.write(bytes))).listen(path, () => process.stderr.write("listening"));`;

/** Another user's server on a socket; what it is sent comes back. Ends with the test. */
export const listenAsOther = async (path: string): Promise<{ readonly heard: string }> => {
	const child = spawn(process.execPath, ["-e", listen, path], { uid: otherUid, cwd: "/", stdio: "pipe" });
	onTestFinished(async () => {
		child.kill("SIGKILL");
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
	});
	const seen = { heard: "" };
	child.stdout.on("data", (bytes) => {
		seen.heard += bytes;
	});
	const [said] = await once(child.stderr, "data");
	if (String(said) !== "listening") throw new Error(`The other user cannot listen on ${path}: ${said}`);
	return seen;
};
