import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { NotGguf, readGgufHead } from "../../../../server/backends/local/gguf.ts";
import { findLlama } from "../../../../server/backends/local/locate.ts";
import { findModel, presentModels } from "../../../../server/backends/local/modelFiles.ts";
import { folderWith } from "../../../support/folder.ts";
import { testModelPath } from "../../../support/localModel.ts";

const models = mkdtempSync(join(process.env.HOME ?? tmpdir(), "models-"));
for (const file of ["b.gguf", "a.gguf", "big-00002-of-00003.gguf", "c.gguf.part", "x.txt"])
	writeFileSync(join(models, file), "");
const environment = { IPYAI_MODELS: models, HOME: "/nowhere" };
const find = (model: string, more = {}) => findModel(model, models, { ...environment, ...more });

test("names of files in the folder are models", () => expect(presentModels(environment)).toEqual(["a", "b"]));

test.each([
	["default", "a.gguf"],
	["", "a.gguf"],
	["b", "b.gguf"],
	["b.gguf", "b.gguf"],
	["./a.gguf", "a.gguf"],
])("%j is the file %s", (model, file) =>
	expect(find(model)).toEqual({ kind: "file", path: join(models, file) }),
);

test("the default can be set", () =>
	expect(find("default", { IPYAI_LOCAL_MODEL: "b" })).toEqual({
		kind: "file",
		path: join(models, "b.gguf"),
	}));

test.each([
	["qwen3-4b", "https://huggingface.co/Qwen/Qwen3-4B-GGUF/resolve/main/Qwen3-4B-Q4_K_M.gguf"],
	["hf:owner/repository/q4/m.gguf", "https://huggingface.co/owner/repository/resolve/main/q4/m.gguf"],
	["https://example.org/m.gguf?x=1", "https://example.org/m.gguf?x=1"],
])("%s is downloaded from %s", (model, url) => {
	const file = find(model);
	expect(file).toMatchObject({ kind: "download", url });
	expect(file).toHaveProperty("path", expect.stringMatching(new RegExp(`^${models}/[\\w.-]+\\.gguf$`)));
});

test("a mirror can be named", () =>
	expect(find("hf:o/r/m.gguf", { HF_ENDPOINT: "http://mirror/" })).toMatchObject({
		url: "http://mirror/o/r/resolve/main/m.gguf",
	}));

test.each([
	["/nowhere/x.gguf", "There is no model file /nowhere/x.gguf."],
	["c", /^No model "c" in .*There are: a, b, .*qwen3-4b/],
	["../../etc/passwd", /There is no model file/],
	["hf:owner/model", /No model/],
])("%s is missing, with the next step", (model, hint) => {
	const file = find(model);
	expect(file).toMatchObject({
		kind: "missing",
		hint: typeof hint === "string" ? hint : expect.stringMatching(hint),
	});
});

test("without any model the hint names one to get", () =>
	expect(find("default", { IPYAI_MODELS: "/nowhere" })).toMatchObject({
		hint: expect.stringContaining("%ipyai model qwen3-4b"),
	}));

test("a file that is none is refused by its head", () => {
	const folder = folderWith({ "no.gguf": "<html>", "short.gguf": "GGUF" });
	expect(() => readGgufHead(join(folder, "no.gguf"))).toThrow(NotGguf);
	expect(() => readGgufHead(join(folder, "short.gguf"))).toThrow(NotGguf);
});

test.skipIf(testModelPath === null)("the head of a real model", () =>
	expect(readGgufHead(testModelPath!)).toEqual({
		name: expect.stringMatching(/smollm2/i),
		architecture: "llama",
		trainedContext: 8192,
	}),
);

const llama = (version: string) =>
	folderWith({ "node-llama-cpp/package.json": JSON.stringify({ name: "node-llama-cpp", version }) });

test("the package is the setting's, else the installed one", () => {
	expect(findLlama({})).toMatchObject({
		kind: "found",
		url: expect.stringContaining("/node_modules/node-llama-cpp/"),
	});
	const chosen = join(llama("3.99.0"), "node-llama-cpp");
	expect(findLlama({ IPYAI_LLAMA_PATH: chosen })).toMatchObject({
		url: pathToFileURL(join(chosen, "dist/index.js")).href,
	});
});

test.each(["3.2.0", "2.9.9", "4.0.0"])(
	"version %s of the package does not fit, and how to get one",
	(version) =>
		expect(findLlama({ IPYAI_LLAMA_PATH: join(llama(version), "node-llama-cpp") })).toMatchObject({
			kind: "missing",
			hint: expect.stringMatching(
				new RegExp(`is ${version}, and .* is needed: npm install -g node-llama-cpp@`),
			),
		}),
);

test("a setting that names no package is told", () =>
	expect(findLlama({ IPYAI_LLAMA_PATH: "/nowhere" })).toMatchObject({
		hint: "IPYAI_LLAMA_PATH names /nowhere, which is no node-llama-cpp: correct or unset it.",
	}));
