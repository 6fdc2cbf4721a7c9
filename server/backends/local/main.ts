/** The process of the local model. It ends with the channel to the server, whatever it is doing. */
import type { FromEngine, ToEngine } from "./messages.ts";
import { Models } from "./models.ts";

let models: Promise<Models> | null = null;
const running = new Map<number, AbortController>();

const send = (message: FromEngine): void => {
	if (process.connected) process.send?.(message);
};

process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));

process.on("message", async (message: ToEngine) => {
	if (message.kind === "start") {
		models = Models.open(message);
		// Told to whoever asks for a model.
		models.catch(() => {});
		return;
	}
	if (message.kind === "cancel") return running.get(message.id)?.abort();
	const { id } = message;
	const abort = new AbortController();
	running.set(id, abort);
	try {
		if (models === null) throw new Error("The process was not told where node-llama-cpp is");
		const opened = await models;
		if (message.kind === "prepare")
			send({ kind: "prepared", id, contextWindow: await opened.prepare(message.work, abort.signal) });
		else {
			const end = await opened.chat(message, abort.signal, (of, text) =>
				send({ kind: "delta", id, of, text }),
			);
			send({ kind: "done", id, ...end });
		}
	} catch (error) {
		const reason = (error as { reason?: "tooLong" | "load" }).reason ?? "other";
		send({ kind: "failed", id, reason, message: (error as Error).message });
	} finally {
		running.delete(id);
	}
});
