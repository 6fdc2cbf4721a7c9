/** `node tests/support/modelServer/main.ts --port 8111 [--slow-ms 200]`: the model server for trying things by hand. */
import { parseArgs } from "node:util";
import { startModelServer } from "./modelServer.ts";

const { values } = parseArgs({
	options: { port: { type: "string", default: "0" }, "slow-ms": { type: "string", default: "200" } },
});
const server = await startModelServer({
	port: Number(values.port),
	slowMs: Number(values["slow-ms"]),
	onRequest: (request) => process.stderr.write(`${request.path} ${request.raw.length} bytes\n`),
});
for (const [name, value] of Object.entries(server.environment)) console.log(`export ${name}=${value}`);
