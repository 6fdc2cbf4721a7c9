import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConnectionFile, findKernelSpec } from "../../../../clients/common/kernel/findKernel.ts";
import { spawnKernel } from "../../../../clients/common/kernel/spawnKernel.ts";
import { testPython } from "../../../support/python.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "ipyai-spawn-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string, text = ""): string => {
	const whole = join(folder, path);
	mkdirSync(join(whole, ".."), { recursive: true });
	writeFileSync(whole, text, { mode: 0o755 });
	return whole;
};
test("a kernel spec is found by name, in any case, and one of another language refused", () => {
	const env = { HOME: folder, JUPYTER_DATA_DIR: join(folder, "jupyter") };
	file(
		"jupyter/kernels/mine/kernel.json",
		JSON.stringify({ argv: ["py", "-f", "{connection_file}"], language: "python" }),
	);
	file("jupyter/kernels/ir/kernel.json", JSON.stringify({ argv: ["R"], language: "R" }));
	expect(findKernelSpec("Mine", env)).toMatchObject({ argv: ["py", "-f", "{connection_file}"], env: {} });
	expect(() => findKernelSpec("ir", env)).toThrow("is a kernel for R");
	expect(() => findKernelSpec("other", env)).toThrow(/no such kernel spec. There are: .*ir, mine/);
});

test("a connection file is found by path, by name in Jupyter's runtime folder, or as the newest", () => {
	const env = { HOME: folder, JUPYTER_RUNTIME_DIR: join(folder, "runtime") };
	const path = file("runtime/kernel-12.json");
	for (const name of [path, "kernel-12.json", "kernel-12", "12", null])
		expect(findConnectionFile(name, "/", env)).toBe(path);
	expect(() => findConnectionFile("13", "/", env)).toThrow("no such connection file");
});

const withRun = (name: string) => ({ ...process.env, XDG_RUNTIME_DIR: join(folder, name) });

test("the kernel is detached, its files are private", async () => {
	const { launch, child } = spawnKernel({ python: testPython(), cwd: folder, env: withRun("run") });
	const runtimeDir = join(folder, "run/ipyai");
	try {
		expect(statSync(runtimeDir).mode & 0o777).toBe(0o700);
		for (const name of readdirSync(runtimeDir)) expect(statSync(join(runtimeDir, name)).mode & 0o077).toBe(0);
		expect(launch).toMatchObject({ pid: child.pid, label: testPython() });
		// It leads a group of its own: a signal to the group reaches it.
		process.kill(-launch.pid, 0);
	} finally {
		process.kill(-launch.pid, "SIGKILL");
		while (child.signalCode === null) await delay(5);
	}
});

test("a kernel that no server takes ends by itself and removes its sockets", async () => {
	const { child } = spawnKernel({
		python: testPython(),
		cwd: folder,
		env: withRun("run"),
		adoptWithinSeconds: 0.1,
	});
	while (child.exitCode === null && child.signalCode === null) await delay(10);
	expect(child.exitCode).toBe(0);
	expect(readdirSync(join(folder, "run/ipyai")).filter((name) => !name.endsWith(".log"))).toEqual([]);
});

test("a kernel spec's command is run with its own environment", async () => {
	const spec = {
		name: "mine",
		folder,
		argv: ["/bin/sh", "-c", 'printf "%s" "$WHO $0" > "$1"', "{connection_file}", "{resource_dir}/told"],
		env: { WHO: "spec" },
	};
	const env = { XDG_RUNTIME_DIR: join(folder, "run") };
	const { launch, child } = spawnKernel({ python: spec, cwd: folder, env });
	while (child.exitCode === null) await delay(5);
	expect(readdirSync(folder)).toContain("told");
	expect(launch.label).toBe("mine");
});

test("a folder that is a link, or an interpreter that cannot run, is refused with a reason", () => {
	mkdirSync(join(folder, "linked"));
	symlinkSync(folder, join(folder, "linked/ipyai"));
	const spawn = (python: string, run: string, cwd = folder) =>
		spawnKernel({ python, cwd, env: withRun(run) });
	expect(() => spawn(testPython(), "linked")).toThrow("is a symbolic link");
	expect(() => spawn(join(folder, "nopython"), "run")).toThrow("cannot be run");
	expect(() => spawn(testPython(), "run", join(folder, "gone"))).toThrow("does not exist");
	expect(readdirSync(join(folder, "run/ipyai"))).toEqual([]);
});

test("a folder others may enter is closed to them", () => {
	const runtimeDir = join(folder, "open/ipyai");
	mkdirSync(runtimeDir, { recursive: true });
	chmodSync(runtimeDir, 0o755);
	expect(() => spawnKernel({ python: "/no", cwd: folder, env: withRun("open") })).toThrow("cannot be run");
	expect(statSync(runtimeDir).mode & 0o777).toBe(0o700);
});
