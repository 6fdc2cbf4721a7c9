/** Sessions in environments as people have them: each starts with its own packages, or says why not in a sentence. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { preparePython } from "../../clients/common/kernel/preparePython.ts";
import {
	basePython,
	install,
	makePrefix,
	makeVenv,
	overlayHome,
	packagesOf,
} from "../support/environments.ts";
import { folderWith } from "../support/folder.ts";
import { noSignal, type RunningKernel, startTestKernel } from "../support/kernel.ts";

/** The first test on a release gets the overlay for it. */
const makingMs = 240_000;

const prepare = (python: string, env: Record<string, string> = {}) =>
	preparePython({
		python,
		env: { ...process.env, XDG_DATA_HOME: overlayHome, ...env },
		cwd: "/",
		naming: "--python PATH",
		onProgress: () => {},
	});

/** Runs a kernel on an environment for as long as the test uses it. */
const inSession = async (python: string, use: (kernel: RunningKernel) => Promise<void>): Promise<void> => {
	const { overlay, label } = await prepare(python);
	expect(label).toContain("with ipyai's own kernel");
	const kernel = await startTestKernel({ python, overlay });
	try {
		await kernel.host.ready;
		await use(kernel);
	} finally {
		await kernel.dispose();
	}
};

const check = `
import importlib.metadata, subprocess, sys, mine
def has(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True
def child(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
print(mine.value)
print("finds", *[name for name in ("IPython", "traitlets", "psutil", "dateutil", "packaging", "typing_extensions") if has(name)])
print("lists", *sorted(found.metadata["Name"].lower() for found in importlib.metadata.distributions()))
print("child", "No module named 'ipykernel'" in child("import ipykernel").stderr, child("import sys; print(sys.path == " + repr(sys.path[1:]) + ")").stdout.strip())
print("paths", [entry for entry in sys.path if "overlay" in entry])
`;

/** What \`check\` says in an environment with nothing of what a kernel needs. */
const clean = "of the environment\nfinds IPython traitlets\nlists\nchild True";

test.for(["3.10", "3.11", "3.12", "3.13", "3.14"])(
	"a bare environment of Python %s",
	{ timeout: makingMs },
	async (release, { skip }) => {
		const base = basePython(release) ?? skip(`there is no Python ${release} here`);
		const folder = folderWith();
		const python = makeVenv(base, join(folder, "venv"));
		await inSession(python, async (kernel) => {
			expect((await kernel.host.ready).banner).toMatch(new RegExp(`^Python ${release}\\.\\d+, IPython \\d`));
			const { text } = await kernel.run(check);
			expect(text).toContain(clean);
			expect(text).toContain("paths []");
			expect((await kernel.run("import asyncio; await asyncio.sleep(0); 6 * 7")).text).toContain("42");
			expect((await kernel.run("1/0")).text).toContain("ZeroDivisionError");
			const { matches } = await kernel.host.complete("mine.val", 8, noSignal);
			expect(matches.map(({ text }) => text)).toEqual(["value"]);
		});
		// Nothing was written into it.
		expect(existsSync(join(packagesOf(join(folder, "venv")), "IPython"))).toBe(false);
	},
);

/** The Python that the other environments are made of. */
const usual = basePython("3.12") ?? basePython("3.11") ?? basePython("3.13");
const on = test.skipIf(usual === null);

on(
	"an installation of its own, as conda makes them",
	async () => {
		const python = makePrefix(usual!, join(folderWith(), "conda"));
		await inSession(python, async (kernel) => {
			expect((await kernel.run(check)).text).toContain(clean);
		});
	},
	makingMs,
);

const old = [
	[
		"IPython 7 is used",
		"3.11",
		["ipython==7.34.0", "pickleshare==0.7.5", "backcall==0.2.0", "decorator==5.1.1"],
		"7.34.0",
	],
	["a traitlets that is too old gives way", "3.11", ["traitlets==5.0.5", "ipython_genutils==0.2.0"], "9."],
	["a pyzmq that would never answer gives way", "3.11", ["pyzmq==24.0.1"], "9."],
	["a jedi that fails at Tab gives way", "3.11", ["jedi==0.17.2", "parso==0.7.1"], "9."],
	["an ipykernel of long ago gives way", "3.11", ["ipykernel==4.10.1"], "9."],
] as const;

test.for(old)("%s", async ([, release, packages, ipython], { skip }) => {
	const base = basePython(release) ?? skip(`there is no Python ${release} here`);
	const python = makeVenv(base, join(folderWith(), "venv"));
	install(python, ...packages);
	const { notices } = await prepare(python);
	const told = notices.map(({ text }) => text).join("\n");
	if (ipython === "9.")
		expect(told).toContain("cannot work in a kernel: ipyai's own is loaded in this session.");
	else expect(told).toBe("");
	await inSession(python, async (kernel) => {
		expect((await kernel.host.ready).banner).toContain(`IPython ${ipython}`);
		expect((await kernel.run("import mine; mine.value")).text).toContain("of the environment");
		const { matches } = await kernel.host.complete("mine.val", 8, noSignal);
		expect(matches.map(({ text }) => text)).toEqual(["value"]);
	});
});

on("an ipykernel that cannot be loaded gives way, whatever its release says", async () => {
	const folder = join(folderWith(), "venv");
	const python = makeVenv(usual!, folder);
	const packages = packagesOf(folder);
	mkdirSync(join(packages, "ipykernel"));
	mkdirSync(join(packages, "ipykernel-6.29.5.dist-info"));
	writeFileSync(join(packages, "ipykernel/__init__.py"), "raise ImportError('broken')\n");
	await inSession(python, async (kernel) => {
		expect((await kernel.run("import mine, ipykernel; mine.value, ipykernel.__version__")).text).toMatch(
			/of the environment', '7\./,
		);
	});
});

/** Code that makes a package to install, in a folder of its own. */
const wheel = (): string => `
import os, zipfile
os.chdir(${JSON.stringify(folderWith())})
with zipfile.ZipFile("thing-1.0-py3-none-any.whl", "w") as made:
    made.writestr("thing.py", "value = 5")
    made.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: thing\\nVersion: 1.0\\n")
    made.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    made.writestr("thing-1.0.dist-info/RECORD", "thing.py,,\\n")
`;

on.for(["with pip", "without pip"])(
	"an environment %s: what pip installs goes into it, and is there at once",
	async (which) => {
		const folder = join(folderWith(), "venv");
		const python = makeVenv(usual!, folder);
		if (which === "with pip") install(python, "pip==24.0");
		await inSession(python, async (kernel) => {
			await kernel.run(`${wheel()}\nos.environ["PATH"] = "/usr/bin:/bin"`);
			const { text } = await kernel.run("%pip install --no-index ./thing-1.0-py3-none-any.whl");
			expect(text).toContain("Successfully installed thing-1.0");
			expect((await kernel.run("import thing; thing.value, thing.__file__")).text).toContain(
				packagesOf(folder),
			);
		});
	},
);

on("%pip is uv's in an environment that uv made", async () => {
	const python = makeVenv(usual!, join(folderWith(), "venv"));
	const bin = folderWith({ uv: "#!/bin/sh\necho uv was asked: $*\n" });
	chmodSync(join(bin, "uv"), 0o755);
	await inSession(python, async (kernel) => {
		await kernel.run(`import os; os.environ["PATH"] = ${JSON.stringify(`${bin}:/usr/bin:/bin`)}`);
		expect((await kernel.run("%pip install -q thing")).text).toContain(
			`uv was asked: pip install --python ${python} -q thing`,
		);
	});
});

test.for(["3.9", "3.8", "2.7"])("Python %s is refused in a sentence", async (release, { skip }) => {
	const base = basePython(release) ?? skip(`there is no Python ${release} here`);
	await expect(prepare(base)).rejects.toThrow(
		/^Python (2|3)\.\d+\.\d+ \(.*\) is too old: ipyai needs Python 3\.10 or newer\. Choose another Python with --python PATH\.$/,
	);
});

on("one that was met before is not asked again, until something is installed in it", async () => {
	const folder = join(folderWith(), "venv");
	const python = makeVenv(usual!, folder);
	const counter = join(packagesOf(folder), "sitecustomize.py");
	const asked = join(folderWith(), "asked");
	writeFileSync(counter, `open(${JSON.stringify(asked)}, "a").write("x")\n`);
	const isAsked = async (): Promise<boolean> => {
		rmSync(asked, { force: true });
		await prepare(python);
		return existsSync(asked);
	};
	await isAsked();
	expect(await isAsked()).toBe(false);
	mkdirSync(join(packagesOf(folder), "ipython-7.0.dist-info"));
	expect(await isAsked()).toBe(true);
	expect((await prepare(python)).facts.tooOld).toEqual(["ipython 7.0"]);
});
