/** `sys.stdout` and `sys.stderr` in a kernel, whatever stands there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentText, noSignal, type RunningKernel, startTestKernel } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
	await kernel.run("import io, sys; own = sys.stdout, sys.stderr");
});
afterAll(() => kernel.dispose());

const restore = "sys.stdout, sys.stderr = own; print('back')";

test.each([
	["an object without flush", "class Out:\n    def write(self, text): pass\nput = Out()"],
	["an object with nothing", "put = object()"],
	["nothing", "put = None"],
	["a text in memory", "put = io.StringIO()"],
	["a closed file", "put = open('log', 'w'); put.close()"],
	[
		"one that raises",
		"class Out:\n    def __getattr__(self, name): raise RuntimeError(name)\n    def write(self, text): raise OSError(text)\n    flush = isatty = write\nput = Out()",
	],
	["one whose flush exits", "class Out(io.StringIO):\n    def flush(self): raise SystemExit\nput = Out()"],
])("cells go on with %s in their place", async (_what, put) => {
	await kernel.run(put);
	expect((await kernel.run("sys.stdout = sys.stderr = put\n1 + 1")).text).toMatch(/^2\n/);
	expect((await kernel.run("2 + 2")).text).toBe("4\n");
	expect((await kernel.run("1 / 0")).text).toBe("ZeroDivisionError: division by zero\n");
	expect((await kernel.run("from IPython.display import display; display(3)")).text).toBe("3\n");
	expect((await kernel.run("%nosuch")).status).toBe("error");
	expect((await kernel.run("for")).status).toBe("error");
	const ran = await kernel.host.python.runPython("2 + 3", {
		signal: noSignal,
		onWaiting: () => {},
		onOutput: () => {},
	});
	expect(contentText(ran.content)).toBe("5\n");
	expect(await kernel.host.variables("own", noSignal)).toMatchObject([{ name: "own" }]);
	expect((await kernel.run(restore)).text).toBe("back\n");
});

test("what was put there is the user's own, and has what was printed", async () => {
	await kernel.run("put = io.StringIO(); sys.stdout = put; print('kept')");
	expect((await kernel.run("sys.stdout is put, put.getvalue()")).text).toBe("(True, 'kept\\n')\n");
	await kernel.run(restore);
});

test("a stream that buffers is flushed when its cell ends", async () => {
	await kernel.run("lines = []\nclass Out(io.StringIO):\n    def flush(self): lines.append(self.getvalue())");
	await kernel.run("sys.stdout = Out(); print('late')");
	expect((await kernel.run(`${restore}; lines[-1]`)).text).toBe("back\n'late\\n'\n");
});

test("closing them closes nothing", async () => {
	await kernel.run("sys.stdout.close(); sys.stderr.close()");
	expect((await kernel.run("print('still here')")).text).toBe("still here\n");
});

test("they take bytes and settings, and have a descriptor that is read", async () => {
	const written = await kernel.run(
		"for part in (b'caf\\xc3', b'\\xa9', memoryview(b'\\n')): sys.stdout.buffer.write(part)\nsys.stdout.buffer.flush()",
	);
	expect(written.text).toBe("café\n");
	expect((await kernel.run("sys.stdout.buffer.write(b'\\xff!\\n');")).text).toBe("\\xff!\n");
	expect((await kernel.run("sys.stdout.reconfigure(line_buffering=True)")).status).toBe("ok");
	const child =
		"import subprocess; _ = subprocess.run(['echo', 'child'], stdout=sys.stdout, stderr=sys.stderr)";
	expect((await kernel.run(child)).text).toBe("child\n");
});

test("bytes that a tool's code writes are its result", async () => {
	const { content } = await kernel.host.python.runPython("sys.stdout.buffer.write(b'bytes\\n');", {
		signal: noSignal,
		onWaiting: () => {},
		onOutput: () => {},
	});
	expect(contentText(content)).toBe("bytes\n");
});
