/** Which backend a session begins with: flag > environment > file > the first that is ready. */
import { expect, test } from "vitest";
import type { Settings } from "../../../../protocol/index.ts";
import { Backends, createBackends } from "../../../../server/backends/registry.ts";
import { settingOrigins } from "../../../../server/sessions/settings/settingOrigins.ts";
import {
	changeSettings,
	newSettings,
	passedOver,
	type SettingSources,
} from "../../../../server/sessions/settings/settings.ts";
import { scriptedBackend } from "../../../support/scriptedBackend.ts";

const backends = new Backends(["one", "two", "three"].map((name) => ({ ...scriptedBackend(), name })));
const sources = (
	environment: SettingSources["environment"],
	config: SettingSources["config"] = {},
): SettingSources => ({
	backends,
	environment,
	config,
	lastModel: () => null,
});

test.each([
	[{}, {}, {}, "one", "the first that is ready"],
	[{}, {}, { backend: "three" }, "three", "config.json"],
	[{}, { IPYAI_MODEL: "two/m" }, { backend: "three" }, "two", "IPYAI_MODEL"],
	[{}, { IPYAI_BACKEND: "two" }, { backend: "three" }, "two", "IPYAI_BACKEND"],
	[{}, { IPYAI_BACKEND: "two", IPYAI_MODEL: "three/m" }, {}, "two", "IPYAI_BACKEND"],
	[{ backend: "three" }, { IPYAI_BACKEND: "two" }, {}, "three", "flag"],
	// Named is named, also where it would have come by itself.
	[{ backend: "one" }, {}, {}, "one", "flag"],
	[{ backend: "three" }, {}, { backend: "three" }, "three", "flag"],
	[{ model: "three/m" }, { IPYAI_BACKEND: "two" }, {}, "three", "flag"],
	[{ model: "one/m" }, {}, {}, "one", "flag"],
	[{ model: "m" }, { IPYAI_BACKEND: "two" }, {}, "two", "IPYAI_BACKEND"],
	[{}, { IPYAI_BACKEND: "" }, {}, "one", "the first that is ready"],
])("flags %j, environment %j, file %j: %s, from %s", (flags, environment, config, backend, origin) => {
	const from = sources(environment, config);
	const settings = newSettings(flags, from);
	expect([settings.backend, settingOrigins(settings, from).backend]).toEqual([backend, origin]);
});

test("what a person named is theirs until another backend takes the place of it", () => {
	const from = sources({}, {});
	const origins = (settings: Settings) => {
		const { backend, model, think, permissions } = settingOrigins(settings, from);
		return [backend, model, think, permissions].join(" | ");
	};
	const begun = newSettings({ model: "m", think: "l" }, from);
	expect(origins(begun)).toBe("the first that is ready | flag | flag | default");
	const set = changeSettings(begun, { permissions: "ask", think: "l" }, from, "session");
	expect(origins(set)).toBe("the first that is ready | flag | this session | this session");
	const other = changeSettings(set, { backend: "two" }, from, "session");
	expect(origins(other)).toBe("this session | default | this session | this session");
	const byModel = changeSettings(other, { model: "three/n" }, from, "flag");
	expect(origins(byModel)).toBe("flag | flag | this session | this session");
});

test("a backend in the environment that does not exist is told, with the nearest", () => {
	expect(() => newSettings({}, sources({ IPYAI_BACKEND: "thre" }))).toThrow(/No backend "thre".*"three"/);
});

const real = createBackends();

/** What a session on the backend asks: its model, the one for Alt-., where the model comes from, and what is said. */
const modelsOf = (
	flags: { backend: string; model?: string },
	config: SettingSources["config"],
	environment: SettingSources["environment"] = {},
) => {
	const from = { ...sources(environment, config), backends: real };
	const settings = newSettings(flags, from);
	const origin = settingOrigins(settings, from).model;
	const said = passedOver(settings, from);
	return [settings.model, settings.completionModel, origin, ...said].join(" | ");
};

test.each([
	// A file of the predecessors, which name no backend.
	["claude-sdk", { model: "sonnet" }, "sonnet | haiku | config.json"],
	["claude-api", { model: "claude-opus-5" }, "claude-opus-5 | claude-haiku-5-5 | config.json"],
	[
		"openai-api",
		{ model: "sonnet", completion_model: "haiku" },
		"gpt-5.5 | gpt-5.4-mini | default | config.json names the model sonnet, which openai-api does not have: gpt-5.5 is asked.",
	],
	[
		"codex",
		{ model: "claude-sonnet-4-6" },
		"gpt-5.5 | gpt-5.4-mini | default | config.json names the model claude-sonnet-4-6, which codex does not have: gpt-5.5 is asked.",
	],
	[
		"claude-api",
		{ model: "gpt-5.5", completion_model: "o3" },
		"claude-sonnet-5-5 | claude-haiku-5-5 | default | config.json names the model gpt-5.5, which claude-api does not have: claude-sonnet-5-5 is asked.",
	],
	[
		"openai-api",
		{ model: "anthropic/claude-opus-5" },
		"gpt-5.5 | gpt-5.4-mini | default | config.json names the model anthropic/claude-opus-5, which openai-api does not have: gpt-5.5 is asked.",
	],
	[
		"openai-chat",
		{ model: "haiku" },
		" |  | default | config.json names the model haiku, which openai-chat does not have.",
	],
	[
		"local",
		{ model: "gpt-4.1" },
		"default | default | default | config.json names the model gpt-4.1, which local does not have: default is asked.",
	],
	// Names that no table knows may be anybody's; routers have everybody's.
	["openai-api", { model: "something-new" }, "something-new | gpt-5.4-mini | config.json"],
	["openai-chat", { model: "claude-opus-5" }, "claude-opus-5 |  | config.json"],
	// What stands under a backend's name is that backend's, whatever it is.
	["openai-api", { backend: "openai", model: "sonnet" }, "sonnet | gpt-5.4-mini | config.json"],
	["openai-api", { models: { "openai-api": { model: "sonnet" } } }, "sonnet | gpt-5.4-mini | config.json"],
	["openai-api", { backend: "claude-api", model: "sonnet" }, "gpt-5.5 | gpt-5.4-mini | default"],
] as const)("a model belongs to its backend: %s with %j", (backend, config, expected) => {
	expect(modelsOf({ backend }, config)).toBe(expected);
});

test("the environment's model too; a flag is taken at its word", () => {
	const environment = { IPYAI_MODEL: "sonnet" };
	expect(modelsOf({ backend: "openai-api" }, {}, environment)).toBe(
		"gpt-5.5 | gpt-5.4-mini | default | IPYAI_MODEL names the model sonnet, which openai-api does not have: gpt-5.5 is asked.",
	);
	expect(modelsOf({ backend: "claude-api" }, {}, environment)).toBe(
		"sonnet | claude-haiku-5-5 | IPYAI_MODEL",
	);
	expect(modelsOf({ backend: "openai-api", model: "sonnet" }, {})).toMatch(/^sonnet /);
	// A router names its models after others' servers.
	expect(modelsOf({ backend: "openai-chat", model: "anthropic/claude-opus-5" }, {})).toMatch(
		/^anthropic\/claude-opus-5 /,
	);
	expect(modelsOf({ backend: "claude-api", model: "anthropic/claude-opus-5" }, {})).toMatch(
		/^claude-opus-5 /,
	);
});
