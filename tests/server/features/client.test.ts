import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { createClientConnection } from "../../../server/connection/connection.ts";
import { Handshake } from "../../../server/connection/handshake.ts";
import { Outbox } from "../../../server/connection/outbox.ts";
import { Client } from "../../../server/features/client.ts";
import { answerInitialize } from "../../../server/initialize.ts";

test("what is told to a client that is gone is dropped, and nobody who tells it notices", () => {
	const [ours] = duplexPair();
	const connection = createClientConnection({
		handshake: new Handshake(ours, ours, {
			initialize: answerInitialize({ serverId: "a", version: "0" }),
			onLog: () => {},
		}),
		onLog: () => {},
		onEnded: () => {},
	});
	const { rpc } = connection;
	const outbox = new Outbox({ pendingBytes: 0, onceDrained: () => {}, send: () => {} });
	const client = new Client(rpc, outbox, () => {});
	connection.listen();
	connection.close();
	expect(() => rpc.sendNotification("session/update")).toThrow("disposed");
	client.notify("session/update", {});
	client
		.audience("controller")
		.requestInput({ sessionId: "s", cellId: "c", inputId: "i", prompt: "", password: false });
});
