import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { pythonModuleSource } from "../../../server/kernel/pythonModule.ts";
import { testPython } from "../../support/python.ts";
import { readSource, trackedFiles } from "../../support/sources.ts";

/** Two threads bootstrap; the first one's module is still being installed when the second comes. */
const twoThreads = `
import sys, threading
bootstrap = sys.stdin.read()
begun, returned = threading.Event(), threading.Event()
live = """
import threading
def install(version):
    begun.set()
    global early
    early = returned.wait(0.2)
"""
sources = [("live", live)]
def run():
    exec(bootstrap, {"SOURCES": sources, "VERSION": "1"})
import builtins
builtins.begun, builtins.returned = begun, returned
def second():
    begun.wait()
    run()
    returned.set()
threads = [threading.Thread(target=run), threading.Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sys.modules["_ipyai"].live.early)
`;

test("who comes while another thread installs the modules waits until they are at work", () => {
	const input = readSource("clients/ipython/ipyai/bootstrap.py");
	expect(execFileSync(testPython(), ["-c", twoThreads], { input, encoding: "utf8" }).trim()).toBe("False");
});

test("a kernel is sent every module but those that it is started with", async () => {
	const paths = trackedFiles().flatMap((path) => /^clients\/ipython\/ipyai\/(.+)\.py$/.exec(path)?.[1] ?? []);
	const sent = paths.filter(
		(path) => !/^(terminal\/.+|start\/.+|output\/holder|bootstrap|launcher|(.+\/)?__init__)$/.test(path),
	);
	const { code } = await pythonModuleSource();
	expect(sent.length).toBeGreaterThan(30);
	expect(sent.filter((path) => !code.includes(`["${path}",`))).toEqual([]);
});
