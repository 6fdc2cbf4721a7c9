/** Which Python a session gets: found by files, so that these environments are files alone. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { choosePython, shortPath } from "../../../../clients/common/kernel/choosePython.ts";

let home: string;
beforeEach(() => {
	home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-choose-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (path: string, text = ""): string => {
	const whole = join(home, path);
	mkdirSync(join(whole, ".."), { recursive: true });
	writeFileSync(whole, text, { mode: 0o755 });
	return whole;
};
const environment = (path: string): string => {
	file(`${path}/pyvenv.cfg`);
	file(`${path}/bin/python`);
	return join(home, path);
};
const conda = (path: string): string => {
	file(`${path}/conda-meta/history`);
	file(`${path}/bin/python`);
	return join(home, path);
};

type Asked = { python?: string; cwd?: string; naming?: string; env?: Record<string, string> };

const choices = ({ python, cwd = "project", naming = "--python PATH", env = {} }: Asked) => {
	mkdirSync(join(home, cwd), { recursive: true });
	return choosePython({
		env: { HOME: home, PATH: "", ...env },
		cwd: join(home, cwd),
		naming,
		...(python !== undefined && { python }),
	});
};
const tilde = (text: string): string => text.replaceAll(home, "~");
/** The best choice, as `reason: path`, and what was passed over for it. */
const chosen = (asked: Asked = {}): string => {
	const [first] = choices(asked);
	return [`${first!.reason}: ${first!.candidates.join(" ")}`, ...first!.passedOver].map(tilde).join("; ");
};

test("what is named, else the active environment, the project's, the PATH's, ipyai's own", () => {
	const VIRTUAL_ENV = environment("active");
	environment("project/.venv");
	file("bin/python3");
	const env = { VIRTUAL_ENV, PATH: join(home, "bin") };
	expect(chosen({ python: "/usr/bin/env", env })).toBe(": /usr/bin/env");
	expect(chosen({ env })).toBe("the active environment: ~/active/bin/python");
	const { PATH } = env;
	expect(chosen({ env: { PATH } })).toBe("the project's .venv: ~/project/.venv/bin/python");
	expect(choices({ env: { PATH } }).map(({ reason }) => reason)).toEqual([
		"the project's .venv",
		"python3 of the PATH",
		"ipyai's own environment",
	]);
	expect(chosen({ cwd: "elsewhere", env: { PATH } })).toBe("python3 of the PATH: ~/bin/python3");
	expect(chosen({ cwd: "elsewhere" })).toBe(
		"ipyai's own environment: ~/.local/share/ipyai/python/bin/python",
	);
});

test("an environment that conda makes active in every shell comes behind the project's", () => {
	const CONDA_PREFIX = conda("miniconda3");
	environment("project/.venv");
	expect(chosen({ env: { CONDA_PREFIX, CONDA_DEFAULT_ENV: "base" } })).toMatch(/^the project's .venv:/);
	expect(chosen({ cwd: "elsewhere", env: { CONDA_PREFIX, CONDA_DEFAULT_ENV: "base" } })).toBe(
		"the active environment: ~/miniconda3/bin/python",
	);
	expect(chosen({ env: { CONDA_PREFIX: conda("envs/mine"), CONDA_DEFAULT_ENV: "mine" } })).toMatch(
		/^the active environment: ~\/envs\/mine/,
	);
});

test("an active environment that is gone is told", () => {
	file("bin/python3");
	expect(chosen({ env: { VIRTUAL_ENV: join(home, "gone"), PATH: join(home, "bin") } })).toBe(
		"python3 of the PATH: ~/bin/python3; The active environment ~/gone has no Python",
	);
});

test.each([
	["a path", "../venv/bin/python"],
	["an environment's folder", "../venv"],
	["one in the home", "~/venv"],
	["one in this folder, without a slash", ".venv"],
])("a Python is named by %s", (_, python) => {
	environment("venv");
	environment("project/.venv");
	expect(chosen({ python })).toMatch(/^: ~\/(project\/\.)?venv\/bin\/python$/);
});

test("a Python is named by a command; what is not there is told in the client's words", () => {
	file("bin/python3.12");
	const env = { PATH: join(home, "bin") };
	expect(chosen({ python: "python3.12", env })).toBe(": ~/bin/python3.12");
	expect(() => choices({ python: "nopython", env })).toThrow(
		"--python nopython: no such command in PATH, and no such environment here.",
	);
	expect(() => choices({ python: "./no", env, naming: ":IpyaiStart PATH" })).toThrow(
		/^:IpyaiStart \.\/no: .*\/project\/no does not exist\.$/,
	);
	expect(chosen({ env: { IPYAI_PYTHON: file("bin/mine") } })).toBe("IPYAI_PYTHON: ~/bin/mine");
	expect(() => choices({ env: { IPYAI_PYTHON: "/no/python" } })).toThrow("IPYAI_PYTHON /no/python:");
});

test("the project is looked for above the folder, up to the repository's root or the home", () => {
	environment(".venv");
	expect(chosen({ cwd: "plain/deep" })).toBe("the project's .venv: ~/.venv/bin/python");
	mkdirSync(join(home, "plain/.git"));
	expect(chosen({ cwd: "plain/deep" })).toMatch(/^ipyai's own/);
	environment("plain/venv");
	expect(chosen({ cwd: "plain/deep" })).toBe("the project's venv: ~/plain/venv/bin/python");
	// Outside of the home and of any repository nothing above the folder is the person's for sure.
	expect(chosen({ cwd: "plain2/deep", env: { HOME: join(home, "me") } })).toMatch(/^ipyai's own/);
});

test("a folder of that name that is no environment is none", () => {
	file("project/venv/bin/python");
	mkdirSync(join(home, "project/.venv"));
	expect(chosen()).toMatch(/^ipyai's own/);
});

test("an environment whose Python is gone is told and passed over", () => {
	file("project/.venv/pyvenv.cfg");
	mkdirSync(join(home, "project/.venv/bin"));
	symlinkSync("/gone/python3", join(home, "project/.venv/bin/python"));
	environment("project/venv");
	expect(chosen()).toBe(
		"the project's venv: ~/project/venv/bin/python; ~/project/.venv has lost its Python (~/project/.venv/bin/python)",
	);
});

test.each(["2", "4"])(
	"one that came with the repository is not started unasked (index version %s)",
	(version) => {
		const git = (...args: string[]): void => {
			execFileSync("git", ["-C", join(home, "project"), "-c", `index.version=${version}`, ...args]);
		};
		environment("project/.venv");
		file("project/.venvs/notes.txt");
		git("init", "-q");
		expect(chosen()).toMatch(/^the project's .venv:/);
		git("add", ".venvs");
		expect(chosen()).toMatch(/^the project's .venv:/);
		git("add", "-f", ".venv");
		expect(chosen()).toMatch(/^ipyai's own .*; ~\/project\/\.venv came with the repository$/);
	},
);

test("uv: where UV_PROJECT_ENVIRONMENT says, of a project", () => {
	environment("project/.venv");
	environment("project/.uv-env");
	const env = { UV_PROJECT_ENVIRONMENT: ".uv-env" };
	expect(chosen({ env })).toMatch(/^the project's .venv/);
	file("project/pyproject.toml", "[project]\nname = 'a'\n");
	expect(chosen({ env })).toBe("the project's environment of uv: ~/project/.uv-env/bin/python");
});

test("pixi", () => {
	conda("project/.pixi/envs/default");
	expect(chosen({ cwd: "project/src" })).toBe(
		"the project's environment of pixi: ~/project/.pixi/envs/default/bin/python",
	);
});

/** The hash is of the project's folder, which is another in each run: found with the tool's own words. */
const hashOf = (text: string): string =>
	execFileSync(
		"python3",
		[
			"-c",
			"import base64, hashlib, sys; print(base64.urlsafe_b64encode(hashlib.sha256(sys.argv[1].encode()).digest()).decode()[:8])",
			text,
		],
		{ encoding: "utf8" },
	).trim();

const caches = { XDG_CACHE_HOME: "cache", XDG_CONFIG_HOME: "config", XDG_DATA_HOME: "data" } as const;
const folders = (): Record<string, string> =>
	Object.fromEntries(Object.entries(caches).map(([name, folder]) => [name, join(home, folder)]));

test.skipIf(process.platform === "darwin")("poetry: the one that was chosen, else the newest", () => {
	file("project/pyproject.toml", '[tool.poetry]\nname = "My Thing"\n');
	const base = `my_thing-${hashOf(join(home, "project"))}`;
	environment(`cache/pypoetry/virtualenvs/${base}-py3.11`);
	environment(`cache/pypoetry/virtualenvs/other-${base.slice(-8)}-py3.12`);
	const env = folders();
	expect(chosen({ env })).toBe(
		`the project's environment of poetry: ~/cache/pypoetry/virtualenvs/${base}-py3.11/bin/python`,
	);
	environment(`cache/pypoetry/virtualenvs/${base}-py3.9`);
	file("cache/pypoetry/virtualenvs/envs.toml", `[${base}]\nminor = "3.9"\npatch = "3.9.18"\n`);
	expect(chosen({ env })).toContain(`${base}-py3.9/bin/python`);
	file("config/pypoetry/config.toml", '[virtualenvs]\npath = "~/envs"\n');
	environment(`envs/${base}-py3.13`);
	expect(chosen({ env })).toContain(`~/envs/${base}-py3.13/bin/python`);
});

test("pipenv", () => {
	file("project/Pipfile");
	const name = `project-${hashOf(join(home, "project/Pipfile"))}`;
	environment(`data/virtualenvs/${name}`);
	expect(chosen({ env: folders() })).toBe(
		`the project's environment of pipenv: ~/data/virtualenvs/${name}/bin/python`,
	);
	environment(`work/${name}`);
	expect(chosen({ env: { ...folders(), WORKON_HOME: join(home, "work") } })).toContain(`~/work/${name}`);
});

test.skipIf(process.platform === "darwin")("hatch", () => {
	file(
		"project/pyproject.toml",
		'[project]\nname = "My.Thing"\n\n[tool.hatch.envs.default]\npython = "3.12"\n',
	);
	const place = `hatch/env/virtual/my-thing/${hashOf(join(home, "project"))}/my-thing`;
	environment(`data/${place}`);
	expect(chosen({ env: folders() })).toBe(`the project's environment of hatch: ~/data/${place}/bin/python`);
	file("project/hatch.toml", '[envs.default]\npath = "env"\n');
	environment("project/env");
	expect(chosen({ env: folders() })).toContain("~/project/env/bin/python");
});

test("conda: the environment that environment.yml names, of those that conda made", () => {
	file("project/environment.yml", "name: mine # of the lab\nchannels:\n  - conda-forge\n");
	conda("miniforge3/envs/mine");
	expect(chosen()).toBe("the project's environment of conda: ~/miniforge3/envs/mine/bin/python");
	const elsewhere = conda("big/mine");
	file(".conda/environments.txt", `${elsewhere}\n`);
	expect(chosen()).toContain("~/big/mine/bin/python");
	conda("project/.conda");
	expect(chosen()).toBe("the project's .conda: ~/project/.conda/bin/python");
});

test("a shim of pyenv stands for what pyenv was told, in the folder, above it, or in general", () => {
	file(".pyenv/shims/python3", "#!/bin/sh");
	for (const release of ["3.9.18", "3.11.7", "3.12.1", "3.12.10"])
		file(`.pyenv/versions/${release}/bin/python3`);
	const env = { PATH: join(home, ".pyenv/shims") };
	const found = (more: Record<string, string> = {}) =>
		/\.pyenv\/.*/.exec(chosen({ cwd: "project/deep", env: { ...env, ...more } }))![0];
	expect(found()).toBe(".pyenv/shims/python3");
	file(".pyenv/version", "3.9.18\n");
	expect(found()).toBe(".pyenv/versions/3.9.18/bin/python3");
	file("project/.python-version", "# ours\n3.12\n");
	expect(found()).toBe(".pyenv/versions/3.12.10/bin/python3");
	expect(found({ PYENV_VERSION: "3.11.7:3.9.18" })).toBe(".pyenv/versions/3.11.7/bin/python3");
	expect(found({ PYENV_VERSION: "system" })).toBe(".pyenv/shims/python3");
	expect(found({ PYENV_VERSION: "3.13" })).toBe(".pyenv/shims/python3");
});

test("a path is told as a person in that folder writes it", () => {
	const env = { HOME: "/home/a" };
	expect(shortPath("/home/a/p/.venv", "/home/a/p", env)).toBe(".venv");
	expect(shortPath("/home/a/.venv", "/home/a/p", env)).toBe("~/.venv");
	expect(shortPath("/opt/py", "/home/a/p", env)).toBe("/opt/py");
});
