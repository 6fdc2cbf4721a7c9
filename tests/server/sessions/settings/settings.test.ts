/** Which backend a session begins with: flag > environment > file > the first that is ready. */
import { expect, test } from "vitest";
import { Backends } from "../../../../server/backends/registry.ts";
import { settingOrigins } from "../../../../server/sessions/settings/settingOrigins.ts";
import { newSettings, type SettingSources } from "../../../../server/sessions/settings/settings.ts";
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
	[{ backend: "three" }, { IPYAI_BACKEND: "two" }, {}, "three", "this session"],
	[{ model: "three/m" }, { IPYAI_BACKEND: "two" }, {}, "three", "this session"],
	[{ model: "m" }, { IPYAI_BACKEND: "two" }, {}, "two", "IPYAI_BACKEND"],
	[{}, { IPYAI_BACKEND: "" }, {}, "one", "the first that is ready"],
])("flags %j, environment %j, file %j: %s, from %s", (flags, environment, config, backend, origin) => {
	const from = sources(environment, config);
	const settings = newSettings(flags, from);
	expect([settings.backend, settingOrigins(settings, from).backend]).toEqual([backend, origin]);
});

test("a backend in the environment that does not exist is told, with the nearest", () => {
	expect(() => newSettings({}, sources({ IPYAI_BACKEND: "thre" }))).toThrow(/No backend "thre".*"three"/);
});
