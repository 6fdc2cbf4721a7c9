/** What a model gets of a session that is full of secrets, over the wire and by the real package. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { responsesBackend } from "../../support/apiBackends.ts";
import { startModelServer } from "../../support/modelServer/modelServer.ts";
import { issuedShapes, namedShapes } from "../../support/secretShapes.ts";
import { startTestServer } from "../../support/server.ts";
import { launchTestKernel, nextRequestId } from "../../support/sessionWithKernel.ts";

const shapes = [...issuedShapes, ...namedShapes];
const key = "tr0ub4dor-and-3";

const start = async (config: object = {}) => {
	const model = await startModelServer();
	onTestFinished(() => model.close());
	const server = await startTestServer({ backends: [responsesBackend()] });
	const { folder } = server;
	const home = join(folder, "config/ipyai");
	const environment = {
		OPENAI_BASE_URL: `${model.url}/v1`,
		OPENAI_API_KEY: "loopback-key",
		MY_SERVICE_TOKEN: key,
		HOME: folder,
		XDG_CONFIG_HOME: join(folder, "config"),
	};
	const client = await server.connect({ environment });
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: folder,
		kernel: launchTestKernel(),
		settings: { backend: "openai-api", model: "gpt-5.6", completionModel: "gpt-5.6", permissions: "yolo" },
	});
	const { sessionId } = state;
	writeFileSync(join(home, "config.json"), JSON.stringify(config));
	const run = async (code: string) => {
		const { cellId } = await client.request("cell/execute", { sessionId, requestId: nextRequestId(), code });
		await client.event("cellFinished", (event) => event.cellId === cellId);
	};
	await run(`import os; os.chdir(${JSON.stringify(folder)})`);
	const ask = async (text: string, quoted?: string) => {
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [
				{ kind: "text", text },
				...(quoted === undefined ? [] : [{ kind: "text", text: quoted, quoted: true } as const]),
			],
		});
		await client.event("turnFinished", (event) => event.turnId === turnId);
	};
	const sent = () => JSON.stringify(model.requests.map(({ body }) => body));
	return { folder, client, sessionId, run, ask, sent };
};

test(`of ${shapes.length} secrets none reaches a model, whichever way it goes`, async () => {
	const { folder, client, sessionId, run, ask, sent } = await start();
	const texts = [...shapes.map(([, text]) => text), `the token is ${key}`];
	const secrets = [...shapes.map(([, , secret]) => secret), key];
	writeFileSync(join(folder, "texts.json"), JSON.stringify(texts));
	// In parts that are shown whole.
	for (let at = 0; at < texts.length; at += 12) {
		const part = texts.slice(at, at + 12);
		const code = `texts = json.load(open("texts.json"))[${at}:${at + part.length}]\nlines = "\\n\\n".join(texts)`;
		await run(`import json\n${code}`);
		await run("print(lines)");
		await run("display({'text/markdown': lines}, raw=True)");
		await run(`"""${part.join("\n\n").replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"""`);
		await run(`raise ValueError(lines)`);
		const tools = [
			["pyrun", { code: "print(lines)" }],
			["bash", { cmd: "cat part.txt" }],
			["lnhashview_file", { path: "part.txt" }],
			["look", { what: "lines" }],
			["start_bgterm", { cmd: "cat part.txt" }],
		].map(([name, args]) => `@@tool ${name} ${JSON.stringify(args)}@@`);
		writeFileSync(join(folder, "part.txt"), part.join("\n\n"));
		await ask(
			`what is $lines and $\`texts[0]\` and !\`cat part.txt\`? ${tools.join(" ")}`,
			part.join("\n\n"),
		);
	}
	const uri = `ipyai:/sessions/${sessionId}/inputs/secrets`;
	await client.notify("textDocument/didOpen", {
		textDocument: { uri, languageId: "python", version: 1, text: `${texts.slice(0, 20).join("\n")}\nx = ` },
	});
	const position = { line: texts.slice(0, 20).join("\n").split("\n").length, character: 4 };
	await client.request("textDocument/inlineCompletion", {
		textDocument: { uri },
		position,
		context: { triggerKind: 1 },
	});
	const told = sent();
	expect(told.match(/\[redacted/g)!.length).toBeGreaterThan(shapes.length * 4);
	expect(secrets.filter((secret) => told.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([]);
}, 120_000);

test("what the person writes to the model is theirs, and a file may say that all is sent", async () => {
	const asked = await start();
	await asked.run(`print("token ${key}")`);
	await asked.ask(`is ${key} safe?`);
	expect(asked.sent()).toContain(`is ${key} safe?`);
	expect(asked.sent()).toContain("token [redacted MY_SERVICE_TOKEN]");
	expect(asked.sent()).toContain("What looks like a secret was left out");
	const allowed = await start({ send_secrets: true });
	await allowed.run(`print("token ${key}")`);
	await allowed.ask("well?");
	expect(allowed.sent()).toContain(`token ${key}`);
});
