/** Kernels that are not as we start them: older, without our module, or with another version of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { existing, noSignal, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

let kernel: RunningKernel | undefined;
const folders: string[] = [];
afterEach(async () => {
	await kernel?.dispose();
	kernel = undefined;
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An IPython folder whose startup file runs in the kernel before anything else. */
const withStartup = (code: string): { IPYTHONDIR: string } => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-startup-"));
	folders.push(folder);
	mkdirSync(join(folder, "profile_default/startup"), { recursive: true });
	writeFileSync(join(folder, "profile_default/startup/00.py"), code);
	return { IPYTHONDIR: folder };
};
const go = (): void => writeFileSync(join(dirname(dirname(kernel!.launch.connectionFile)), "go"), "");
const untilGo = "print('on')\nimport time, os\nwhile not os.path.exists('go'): time.sleep(0.01)";

test("without subshells look-ups answer when Python is free, and are given up in time when not", async () => {
	kernel = await startTestKernel({
		lookupTimeoutMs: 300,
		env: withStartup(
			"from ipykernel.ipkernel import IPythonKernel as K\n_info = K.kernel_info\nK.kernel_info = property(lambda self: {**_info.fget(self), 'supported_features': []})\n",
		),
	});
	const { host } = kernel;
	expect(host.capabilities.subshell).toBe(false);
	expect((await host.isComplete("for x in y:", noSignal)).status).toBe("incomplete");
	const cell = kernel.start(untilGo);
	await until(() => cell.outputs.length > 0);
	expect((await host.isComplete("1", noSignal)).status).toBe("unknown");
	await expect(host.variables(null, noSignal)).rejects.toMatchObject({ code: "timeout" });
	go();
	expect((await cell.done).status).toBe("ok");
	expect((await host.variables("time", noSignal)).length).toBe(1);
});

test("a startup file that takes its time delays the kernel and breaks nothing", async () => {
	kernel = await startTestKernel({ env: withStartup("import time; time.sleep(0.8); started = 'yes'") });
	expect((await kernel.run("started")).text).toBe("'yes'\n");
});

test("a kernel that cannot make subshells yet is asked again", async () => {
	kernel = await startTestKernel({
		env: withStartup(`from threading import current_thread
from ipykernel.shellchannel import ShellChannelThread
manager = ShellChannelThread.manager
early = [1, 2]
def get(self):
    assert current_thread().name != "Control" or not early or not early.pop()
    return manager.fget(self)
ShellChannelThread.manager = property(get)`),
	});
	await kernel.run("x = 1");
	expect((await kernel.host.variables("x", noSignal)).length).toBe(1);
	expect((await kernel.run("early")).text).toBe("[]\n");
});

test("another version of our module is replaced, without doubling what it does", async () => {
	kernel = await startTestKernel();
	await kernel.run("import sys; sys.modules['_ipyai'].version = 'older'");
	const { host } = kernel.attach();
	await host.ready;
	expect((await host.variables("sys", noSignal)).length).toBe(1);
	expect((await kernel.run("sys.modules['_ipyai'].version != 'older'")).text).toBe("True\n");
	expect((await kernel.run("exit")).payloads).toHaveLength(1);
});

test("a kernel that never met us gets the module while its cell runs", async () => {
	kernel = await startTestKernel();
	const cell = kernel.start(`import sys\nsys.modules.pop('_ipyai').live.retire()\n${untilGo}`);
	await until(() => cell.outputs.length > 0);
	const { host } = kernel.attach({ launch: existing(kernel.launch) });
	await host.ready;
	expect(host.status).toBe("busy");
	expect((await host.variables("sys", noSignal)).length).toBe(1);
	go();
	expect((await cell.done).status).toBe("ok");
	await until(() => host.status === "idle");
	expect(
		(await host.python.runPython("6 * 7", { signal: noSignal, onWaiting: () => {}, onOutput: () => {} }))
			.content,
	).toEqual([{ kind: "text", text: "42\n" }]);
});
