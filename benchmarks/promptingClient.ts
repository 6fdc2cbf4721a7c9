/** A client in a process of its own, which asks what its parent tells it to: `{ session }` a new one, `{ prompt }` in it. */
import { connectTo } from "./ourServer.ts";

export type Told = { readonly session: string } | { readonly prompt: string };

const [, , path = "", folder = ""] = process.argv;
const environment = process.env as Record<string, string>;
const client = await connectTo(path, { folder, environment });
let requests = 0;
const requestId = (): string => `request-${++requests}`;
let sessionId = "";
client.onUpdate((update) => {
	if (update.kind !== "event" || update.event.kind !== "turnFinished") return;
	process.send!({ error: update.event.error });
});
process.on("message", async (told: Told) => {
	if ("session" in told) {
		if (sessionId !== "") await client.request("session/close", { sessionId, requestId: requestId() });
		const settings = { backend: told.session };
		const request = { requestId: requestId(), cwd: folder, kernel: null, settings };
		({ sessionId } = (await client.request("session/new", request)).state);
		process.send!({ error: null });
	} else {
		const content = [{ kind: "text" as const, text: told.prompt }];
		await client.request("session/prompt", { sessionId, requestId: requestId(), content });
	}
});
process.send!({ error: null });
