/** `node tests/support/modelServer/main.ts --port 8111 [--slow-ms 200]`: the model server for trying things by hand. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { codexConfig } from "./codexConfig.ts";
import { startModelServer } from "./modelServer.ts";

const { values } = parseArgs({
	options: { port: { type: "string", default: "0" }, "slow-ms": { type: "string", default: "200" } },
});
const server = await startModelServer({
	port: Number(values.port),
	slowMs: Number(values["slow-ms"]),
	onRequest: (request) => process.stderr.write(`${request.path} ${request.raw.length} bytes\n`),
});
const codexHome = mkdtempSync(join(tmpdir(), "ipyai-codex-"));
writeFileSync(join(codexHome, "config.toml"), codexConfig(server.url));
process.on("exit", () => rmSync(codexHome, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit());

const environment = { ...server.environment, CODEX_HOME: codexHome, LOOP_KEY: "loopback-key" };
for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);
