/** Kernels that start in their own time, or not at all. */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { spawnKernel } from "../../../clients/common/kernel/spawnKernel.ts";
import { type KernelLaunch, type Output, RemoteKernel } from "../../../protocol/index.ts";
import { KernelHost } from "../../../server/kernel/kernelHost.ts";
import { cellRequest, isAlive, noCommands, textOf, until } from "../../support/kernel.ts";
import { testPython } from "../../support/python.ts";

const testFolder = (): string => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-start-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
};

const hostOf = (launch: KernelLaunch, startTimeoutMs = 60_000) => {
	const statuses: string[] = [];
	const host = new KernelHost({
		launch: { ...launch, label: "the Python of the test" },
		kernelId: "k",
		listener: {
			onStatus: (status) => statuses.push(status),
			onForeignCell: () => {},
			onLateOutput: () => {},
			onPressed: () => {},
			onForeignCommand: noCommands,
		},
		startTimeoutMs,
	});
	onTestFinished(() => host.dispose("end"));
	return { host, statuses };
};

const connection = {
	transport: "ipc",
	ip: "/tmp/ipyai-none",
	key: "",
	shell_port: 1,
	iopub_port: 2,
	stdin_port: 3,
	control_port: 4,
	hb_port: 5,
};

test.each([
	["no file", null, "No kernel: "],
	["no JSON", "{", "it is not JSON"],
	["no connection", "{}", "ip or key is missing"],
	["a dead kernel", JSON.stringify(connection), "it did not answer within 0.3 s"],
])("%s: ready rejects and says why", async (_name, content, message) => {
	const connectionFile = join(testFolder(), "k.json");
	if (content !== null) writeFileSync(connectionFile, content);
	const { host, statuses } = hostOf({ kind: "existing", connectionFile, label: "" }, 300);
	await expect(host.ready).rejects.toThrow(message);
	await until(() => statuses.at(-1) === "dead");
});

/** Starts a "Python" of these words of sh, and gives the reason why it is no kernel. */
const reasonOf = async (script: string, env: Record<string, string> = {}): Promise<string> => {
	const folder = testFolder();
	const python = join(folder, "python");
	writeFileSync(python, `#!/bin/sh\n${script}\n`);
	chmodSync(python, 0o755);
	const { launch } = spawnKernel({
		python,
		cwd: folder,
		env: { ...process.env, XDG_RUNTIME_DIR: folder, ...env },
	});
	const { host } = hostOf(launch);
	const reason = await host.ready.then(
		() => "it started",
		(error: Error) => error.message,
	);
	return reason.replaceAll(folder, "FOLDER").replaceAll(testPython(), "PYTHON");
};

const nextStep = "Start with another Python, or mend this one.";

test("a program that is no Python", async () => {
	expect(await reasonOf("exit 1")).toBe(
		`the Python of the test did not start as a kernel: it ended, and wrote nothing. ${nextStep}`,
	);
});

test("a Python without ipykernel", async () => {
	expect(await reasonOf(`exec ${testPython()} -S "$@"`)).toMatch(
		/did not start as a kernel: it ended and wrote:\n {4}Error: \S+ has no ipykernel: run uv pip install --python \S+ ipykernel\nStart with another/,
	);
});

test("a Python whose ipykernel is broken", async () => {
	const folder = testFolder();
	mkdirSync(join(folder, "zmq"));
	writeFileSync(
		join(folder, "zmq/__init__.py"),
		"raise ImportError('libzmq.so.5: cannot open shared object')",
	);
	const reason = await reasonOf(`exec ${testPython()} "$@"`, { PYTHONPATH: folder });
	expect(reason).toMatch(
		/ipykernel of \S+ cannot be loaded: run \S+ -m pip install --force-reinstall ipykernel pyzmq\n {4}ImportError: libzmq\.so\.5: cannot open shared object\n/,
	);
});

test("a Python that cannot find itself", async () => {
	const reason = await reasonOf(`exec ${testPython()} "$@"`, { PYTHONHOME: "/nowhere" });
	expect(reason).toMatch(/PYTHONHOME = '\/nowhere'\n[\s\S]*No module named 'encodings'\nStart with another/);
	expect(reason.split("\n").length).toBeLessThan(8);
});

test("a kernel of Jupyter's own launcher, which writes its connection file itself", async () => {
	const connectionFile = join(testFolder(), "k.json");
	const child = spawn(testPython(), ["-m", "ipykernel_launcher", "-f", connectionFile], { stdio: "ignore" });
	onTestFinished(() => void child.kill("SIGKILL"));
	const { host } = hostOf({ kind: "started", connectionFile, pid: child.pid!, label: "" });
	expect((await host.ready).banner).toMatch(/^Python 3\S+, IPython/);
	expect((await host.execute(cellRequest("1"))).status).toBe("ok");
	await host.dispose("end");
	await until(() => child.exitCode !== null || child.signalCode !== null);
});

test("a kernel that is reached by its address alone is neither ended nor tidied up", async () => {
	const connectionFile = join(testFolder(), "k.json");
	const child = spawn(testPython(), ["-m", "ipykernel_launcher", "-f", connectionFile], { stdio: "ignore" });
	onTestFinished(() => void child.kill("SIGKILL"));
	const file = () => RemoteKernel.shape.connection.parse(JSON.parse(readFileSync(connectionFile, "utf8")));
	await until(() => {
		try {
			return file().key !== "";
		} catch {
			return false; // not there yet, or not whole
		}
	});
	const { host } = hostOf({ kind: "remote", connection: file(), label: "" });
	const text: string[] = [];
	const onOutput = (output: Output) => void text.push(textOf([output]));
	expect((await host.execute(cellRequest("print('there')", { onOutput }))).status).toBe("ok");
	expect(text.join("")).toBe("there\n");
	await host.dispose("end");
	expect(isAlive(child.pid!)).toBe(true);
	expect(file().key).not.toBe("");

	const { host: again, statuses } = hostOf({ kind: "remote", connection: file(), label: "" });
	await again.ready;
	child.kill("SIGKILL");
	await until(() => statuses.at(-1) === "dead");
});

test("a process that is not the kernel is left alone", async () => {
	const folder = testFolder();
	const other = spawn("sleep", ["600"], { detached: true });
	onTestFinished(() => void other.kill("SIGKILL"));
	const { launch } = spawnKernel({
		python: testPython(),
		cwd: folder,
		env: { ...process.env, XDG_RUNTIME_DIR: folder },
	});
	const { host } = hostOf({ ...launch, pid: other.pid! });
	await host.ready;
	await host.dispose("end");
	expect(isAlive(other.pid!)).toBe(true);
	// Asked on its own channel, the kernel ends all the same.
	await until(() => !isAlive(launch.pid));
});

test("a process that is no kernel at all is left alone too", async () => {
	const folder = testFolder();
	const connectionFile = join(folder, "k.json");
	writeFileSync(connectionFile, JSON.stringify({ ...connection, ip: join(folder, "none") }));
	const other = spawn("sleep", ["600"], { detached: true });
	onTestFinished(() => void other.kill("SIGKILL"));
	const { host } = hostOf({ kind: "started", connectionFile, pid: other.pid!, label: "" }, 300);
	await expect(host.ready).rejects.toThrow("it did not answer within 0.3 s");
	await host.dispose("end");
	expect(isAlive(other.pid!)).toBe(true);
});
