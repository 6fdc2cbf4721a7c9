/**
 * The smallest client in TypeScript: a session without Python, one prompt, its answer as it comes.
 *
 *     node examples/ask.ts "What is a monad?"
 */
import { spawn } from "node:child_process";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

type Event = { kind: string; turnId?: string; stopReason?: string; error?: string | null };
type Update = { event?: Event; hint?: { kind: string; turnId?: string; delta?: string } };

const question = process.argv.slice(2).join(" ") || "Say hello.";
const server = spawn("ipyai", ["server", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const rpc = createMessageConnection(
	new StreamMessageReader(server.stdout),
	new StreamMessageWriter(server.stdin),
);
rpc.listen();

// Keys and base URLs are those of this process.
await rpc.sendRequest("initialize", {
	processId: process.pid,
	rootUri: null,
	capabilities: { experimental: { aiShell: { version: 1 } } },
	initializationOptions: { aiShell: { name: "ask.ts", cwd: process.cwd(), environment: process.env } },
});
await rpc.sendNotification("initialized", {});

const { state } = await rpc.sendRequest<{ state: { sessionId: string } }>("session/new", {
	requestId: crypto.randomUUID(),
	cwd: process.cwd(),
	kernel: null,
	settings: {},
});
const { sessionId } = state;

// A prompt is answered when it is accepted; what comes of it are updates, and exactly one end.
const ended = new Promise<Event>((resolve) => {
	rpc.onNotification("session/update", ({ event, hint }: Update) => {
		if (hint?.kind === "textDelta") process.stdout.write(hint.delta ?? "");
		if (event?.kind === "turnFinished") resolve(event);
	});
});
await rpc.sendRequest("session/prompt", {
	sessionId,
	requestId: crypto.randomUUID(),
	content: [{ kind: "text", text: question }],
});
const { stopReason, error } = await ended;
process.stdout.write("\n");
if (stopReason !== "endTurn") process.stderr.write(`${stopReason}: ${error ?? ""}\n`);

await rpc.sendRequest("session/close", { sessionId, requestId: crypto.randomUUID() });
await rpc.sendRequest("shutdown");
await rpc.sendNotification("exit");
