import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configJsonSchema, configSchemaFile } from "../../../../scripts/schema/configSchema.ts";
import { loadConfig, loadSystemPrompt, parseConfig } from "../../../../server/sessions/settings/config.ts";
import { writeStandardFiles } from "../../../../server/sessions/settings/standardFiles.ts";
import { folderWith } from "../../../support/folder.ts";
import { startTestServer } from "../../../support/server.ts";
import { readSource } from "../../../support/sources.ts";

const load = (files: Record<string, string>) => {
	const XDG_CONFIG_HOME = folderWith(files);
	const environment = { XDG_CONFIG_HOME, HOME: XDG_CONFIG_HOME };
	return { ...loadConfig(environment), prompt: loadSystemPrompt(environment), environment };
};

test("docs/config.schema.json is made from the keys as they are: after a change run `npm run schema`", () => {
	expect(JSON.parse(readSource(configSchemaFile))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test("the predecessor's file is read as it is", () => {
	const text = readSource("tests/fixtures/ipyai-0.0.9/config.json");
	const { config, problems } = load({ "ipyai/config.json": text });
	expect(problems).toEqual([]);
	expect(config).toEqual(JSON.parse(text));
});

test.each([
	[
		"flat keys",
		'{"model": "sonnet", "completion_model": "haiku", "think": "l"}',
		{ model: "sonnet", completion_model: "haiku", think: "l" },
	],
	[
		"an older name",
		'{"model": "codex/gpt-5.6-terra", "suggest_model": "codex/gpt-5.6-luna"}',
		{ model: "codex/gpt-5.6-terra", completion_model: "codex/gpt-5.6-luna" },
	],
	[
		"words for yes and no",
		'{"log_exact": "on", "prompt_mode": 0, "log_redact": "No"}',
		{ log_exact: true, prompt_mode: false, log_redact: false },
	],
	["unknown keys", '{"gateway": 5}', {}],
])("reads %s", (_name, text, config) => {
	expect(parseConfig(text, "config.json")).toEqual({ config, problems: [] });
});

test.each([
	[
		'{"think": "z", "code_theme": "nord"}',
		{ code_theme: "nord" },
		'"think" is "z", but one of l, m, h, x is needed',
	],
	['{"log_redact": "maybe"}', {}, "true or false is needed"],
	["[1]", {}, "a JSON object"],
	["{", {}, "not JSON"],
])("a bad value falls back and is named: %s", (text, config, problem) => {
	const parsed = parseConfig(text, "config.json");
	expect(parsed.config).toEqual(config);
	expect(parsed.problems).toEqual([expect.stringContaining(problem)]);
});

test("ipycodex's files count while there are none of ours, and that is said", () => {
	const codex = '{"model": "gpt-5.4", "completion_model": "gpt-5.4-mini", "think": "h", "search": "l"}';
	const { config, note, prompt } = load({ "ipycodex/config.json": codex, "ipycodex/sysp.txt": "Be brief." });
	expect(config).toEqual({
		search: "l",
		models: { codex: { model: "gpt-5.4", completion_model: "gpt-5.4-mini", think: "h" } },
	});
	expect(note).toContain(join("ipycodex", "config.json"));
	expect(prompt).toBe("Be brief.");
	const both = load({ "ipycodex/config.json": codex, "ipyai/config.json": '{"think": "l"}' });
	expect(both).toMatchObject({ config: { think: "l" }, note: null, prompt: null });
});

test("the first session finds its files written, later ones leave them as they are", async () => {
	const server = await startTestServer();
	const XDG_CONFIG_HOME = folderWith();
	const client = await server.connect({ environment: { XDG_CONFIG_HOME, HOME: XDG_CONFIG_HOME } });
	const begin = (requestId: string) =>
		client.request("session/new", { requestId, cwd: server.folder, kernel: null, settings: {} });
	await begin("1");
	const folder = join(XDG_CONFIG_HOME, "ipyai");
	expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).toMatchInlineSnapshot(`
		{
		  "code_theme": "auto",
		  "log_exact": false,
		  "log_redact": true,
		  "permissions": "ask",
		  "prompt_mode": false,
		}
	`);
	expect(statSync(join(folder, "sysp.txt")).mode & 0o777).toBe(0o600);
	writeFileSync(join(folder, "config.json"), '{"think": "h"}');
	expect((await begin("2")).state.settings.think).toBe("h");
	expect(readFileSync(join(folder, "config.json"), "utf8")).toBe('{"think": "h"}');
});

test("with ipycodex's settings none of ours are written beside them", async () => {
	const server = await startTestServer();
	const XDG_CONFIG_HOME = folderWith({ "ipycodex/config.json": '{"code_theme": "nord"}' });
	const client = await server.connect({ environment: { XDG_CONFIG_HOME, HOME: XDG_CONFIG_HOME } });
	const { state } = await client.request("session/new", {
		requestId: "1",
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	expect(state.settings.codeTheme).toBe("nord");
	expect(existsSync(join(XDG_CONFIG_HOME, "ipyai"))).toBe(false);
	await client.until(
		(update) =>
			update.kind === "hint" && update.hint.kind === "notice" && update.hint.text.includes("ipycodex"),
	);
});

test("the standard instructions follow updates until a person edits them", () => {
	const { environment } = load({});
	const folder = join(environment.XDG_CONFIG_HOME, "ipyai");
	writeStandardFiles(folder);
	expect(loadSystemPrompt(environment)).toBeNull();
	const path = join(folder, "sysp.txt");
	writeFileSync(path, `${readFileSync(path, "utf8")}\nAlways answer in verse.\n`);
	const own = loadSystemPrompt(environment);
	expect(own).toContain("You are an AI assistant");
	expect(own).toContain("in verse");
	expect(own).not.toContain("<!--");
});
