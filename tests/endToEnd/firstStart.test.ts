/** The first start in a Python that lacks what a kernel needs, as a person sees it. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fakePython } from "../support/fakePython.ts";
import { runBatch, startTerminal } from "../support/pty.ts";

/** A folder with a `.venv` that is such a Python. */
const project = (pip: string, facts = {}) => {
	const fake = fakePython(pip, facts, ".venv/");
	writeFileSync(join(fake.folder, ".venv/pyvenv.cfg"), "");
	const env = { IPYAI_PYTHON: "", XDG_DATA_HOME: fake.env.XDG_DATA_HOME };
	return { ...fake, options: { cwd: fake.folder, env } };
};

const waiting = `for name in a b c; do echo "Downloading $name.whl (1 kB)"; done
	[ -e "$folder/go" ] || exec sleep 600
	mkdir "$target"`;

test("it shows how far it is, Ctrl-C breaks it off, and the next start goes on and says which Python it took", async () => {
	const { folder, options, left } = project(waiting);
	const first = startTerminal([], options);
	await first.until(/Getting what a kernel needs \(Python 3\.12, once\) █+░+ 3 of \d+/);
	first.send("\x03");
	expect(await first.exited).toBe(130);
	expect(await first.until(/goes on\.$/)).toBe("ipyai: Broken off: the next start goes on.");
	expect(left()).toEqual([]);

	writeFileSync(join(folder, "go"), "");
	const second = startTerminal([], options);
	await second.until(/In \[1\]:/);
	expect(second.text()).toMatch(
		/^Getting what a kernel needs \(Python 3\.12, once\): done\.\nPython 3\.12\.1: the project's \.venv \(\.venv\/bin\/python\)\n/,
	);
	second.send("%ipyai\r");
	await second.until(/python = .+\/\.venv\/bin\/python \(the project's \.venv, with ipyai's own kernel\)/);
	second.send("\x04");
	expect(await second.exited).toBe(0);
});

test("a batch says in two lines on error output what is got, and nothing else of its Python", async () => {
	const { options } = project(`mkdir "$target"`);
	const first = await runBatch(["-c", "6 * 7"], options);
	expect(first).toMatchObject({ code: 0, stdout: "Out[1]: 42\n" });
	expect(first.stderr).toMatch(
		/^Getting what a kernel needs \(Python 3\.12, once\) \(\d+ packages\) \.\.\.\nGetting what a kernel needs \(Python 3\.12, once\): done\.\n$/,
	);
	expect(await runBatch(["-c", "6 * 7"], options)).toMatchObject({ stderr: "", stdout: "Out[1]: 42\n" });
});

test("what cannot be got is told in a sentence with the next step, and nothing is left", async () => {
	const { folder, options } = project("echo 'ERROR: Failed to establish a new connection'; exit 1", {
		// No other pip is asked.
		threads: true,
	});
	const { code, stderr } = await runBatch(["-c", "1"], {
		...options,
		env: { ...options.env, PATH: `${folder}/.venv/bin` },
	});
	expect(code).toBe(1);
	expect(stderr).toContain("check the network or proxy, then start again.");
	expect(readdirSync(join(folder, "data/ipyai/overlay"))).toEqual([]);
});
