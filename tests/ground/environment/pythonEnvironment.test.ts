import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	candidates,
	explainMissing,
	findPython,
	makersFor,
} from "../../../ground/environment/interpreters.mjs";
import {
	isNewEnough,
	kernelPackages,
	kernelRequirements,
} from "../../../ground/environment/kernelPackages.mjs";
import {
	ensurePrivatePython,
	isCurrent,
	requirementsHash,
} from "../../../ground/environment/pythonEnvironment.mjs";
import { privateLink } from "../../../ground/environment/pythonPlaces.mjs";
import { folderWith } from "../../support/folder.ts";
import { readSource } from "../../support/sources.ts";

test("the private environment lies in the person's data folder", () => {
	expect(privateLink({ HOME: "/home/a" })).toBe("/home/a/.local/share/ipyai/python");
	expect(privateLink({ HOME: "/home/a", XDG_DATA_HOME: "/data" })).toBe("/data/ipyai/python");
});

test("an environment is current with exactly its requirements, and while its interpreter exists", () => {
	const requirements = ["ipykernel==1"];
	const made = (files: Record<string, string>) => {
		const folder = folderWith(
			Object.fromEntries(Object.entries(files).map(([path, text]) => [`python-1/${path}`, text])),
		);
		symlinkSync("python-1", join(folder, "python"));
		return { link: join(folder, "python"), requirements, module: "ipykernel" };
	};
	const stamp = { "ipyai-requirements": `${requirementsHash(requirements)}\n` };
	expect(isCurrent(made({ ...stamp, "bin/python": "" }))).toBe(true);
	expect(isCurrent({ ...made({ ...stamp, "bin/python": "" }), requirements: ["ipykernel==2"] })).toBe(false);
	expect(isCurrent(made(stamp)), "its Python was removed").toBe(false);
	expect(isCurrent(made({ "bin/python": "" })), "broken off").toBe(false);
});

test("nothing is made where the private environment is current", async () => {
	const home = folderWith({
		"ipyai/python/bin/python": "",
		"ipyai/python/ipyai-requirements": requirementsHash(kernelRequirements),
	});
	const lines: string[] = [];
	const env = { PATH: "/nowhere", XDG_DATA_HOME: home };
	await ensurePrivatePython({ env, onProgress: (line) => lines.push(line) });
	expect(lines).toEqual([]);
});

test("a place that cannot be had is told with the next step", async () => {
	const env = { XDG_DATA_HOME: "/proc/none", PATH: "/nowhere" };
	await expect(ensurePrivatePython({ env, onProgress: () => {} })).rejects.toThrow(
		/^\/proc\/none could not be made: .* Set XDG_DATA_HOME to a folder/,
	);
});

test("the overlay has the releases that the private environment has, each package exactly", () => {
	for (const [version, marker] of [
		[[3, 10], '"3.11"'],
		[[3, 14], '"3.11"'],
	] as const) {
		const { pure, compiled } = kernelPackages(version);
		for (const line of [...pure, ...compiled]) expect(line).toMatch(/^[a-z\d-]+==\d[\d.]*$/);
		const sign = version[1] < 11 ? "<" : ">=";
		const asked = kernelRequirements.filter((line) => line.endsWith(`python_version ${sign} ${marker}`));
		expect(pure).toEqual(expect.arrayContaining(asked.map((line) => line.split(";")[0])));
		expect(asked).toHaveLength(2);
	}
});

test("requirements are exact, with a set for Python 3.10", () => {
	const tests = readSource("scripts/test-requirements.txt")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
	for (const line of [...kernelRequirements, ...tests])
		expect(line).toMatch(/^[\w-]+==\d[\w.]*(; (python_version (<|>=) "3\.11"|sys_platform == .+))?$/);
	expect(tests).toEqual(expect.arrayContaining(kernelRequirements));
});

const interpreter = { path: "/usr/bin/python3", version: [3, 11, 2], venv: true, virtualenv: false };

test("Python 3.10 is new enough, 3.9 and 2.7 are not", () => {
	expect(
		[
			[3, 10, 0],
			[3, 14, 1],
			[4, 0, 0],
		].map(isNewEnough),
	).toEqual([true, true, true]);
	expect(
		[
			[3, 9, 20],
			[2, 7, 18],
		].map(isNewEnough),
	).toEqual([false, false]);
	expect(candidates[0]).toBe("python3");
});

test("says what is missing and what to do", () => {
	expect(explainMissing([])).toContain("No Python found, and ipyai needs Python 3.10 or newer");
	expect(explainMissing([{ ...interpreter, version: [3, 9, 6] }])).toContain(
		"Python 3.9.6 (/usr/bin/python3) is too old",
	);
	expect(explainMissing([{ ...interpreter, venv: false }])).toContain("sudo apt install python3-venv");
});

test("the ways to make an environment, best first", () => {
	const none = {
		python: "/py",
		label: "",
		venv: false,
		virtualenv: false,
		virtualenvCommand: false,
		uv: false,
	};
	const makers = (found: Partial<Omit<typeof none, "python"> & { python: string | null }>) =>
		makersFor({ ...none, ...found }, "DIR").map((words) => words.join(" "));
	expect(makers({ venv: true, virtualenv: true })).toEqual([
		"/py -m venv DIR",
		"/py -m virtualenv --quiet DIR",
	]);
	expect(makers({ virtualenvCommand: true })).toEqual(["virtualenv --quiet --python /py DIR"]);
	expect(makers({ python: null, uv: true })).toEqual(["uv venv --quiet --seed --python >=3.10 DIR"]);
});

test("passes over a Python that does not start or cannot make environments", async () => {
	const report = (version: string, venv: boolean) =>
		`#!/bin/sh\necho 'a warning'\necho '{"path": "'$0'", "version": [${version}], "venv": ${venv}, "virtualenv": false}'\n`;
	const bin = folderWith({
		python3: "#!/bin/sh\necho 'not found' >&2\nexit 127\n",
		python: report("3, 9, 1", true),
		"python3.13": report("3, 13, 0", false),
		"python3.12": report("3, 12, 1", true),
	});
	for (const name of ["python3", "python", "python3.13", "python3.12"]) chmodSync(join(bin, name), 0o755);
	const found = await findPython({ PATH: `${bin}:/usr/bin:/bin` });
	expect(found).toMatchObject({ python: join(bin, "python3.12"), label: "Python 3.12.1", venv: true });
});
