/** A Python that is a script: what it says of itself, and what its pip does, are the test's. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PythonFacts } from "../../ground/environment/pythonFacts.mjs";
import { folderWith } from "./folder.ts";
import { testPython } from "./python.ts";

/**
 * A Python 3.12 that has no ipykernel, as it says, and whose pip does as `pip` says in sh, with `$target` the folder to
 * fill and `$folder` this one. Kernels run on the tests' Python.
 */
export const fakePython = (pip: string, facts: Partial<PythonFacts> = {}, place = "") => {
	const folder = folderWith();
	const executable = join(folder, place, "bin/python");
	const said: PythonFacts = {
		version: [3, 12, 1],
		implementation: "cpython",
		executable,
		threads: false,
		platform: "test",
		folders: [],
		pip: "24.0",
		pipWheel: null,
		ipykernel: null,
		ipython: null,
		lacks: ["ipykernel"],
		tooOld: [],
		...facts,
	};
	mkdirSync(dirname(executable), { recursive: true });
	writeFileSync(
		executable,
		`#!/bin/sh
folder='${folder}'
case "$*" in
*environment.py) echo '${JSON.stringify(said)}' ;;
*--try) echo tried >>"$folder/log" ;;
*install*)
	while [ "$1" != --target ]; do shift; done
	target=$2
	case "$target" in */pure-*) layer=pure ;; *) layer=cp312 ;; esac
	echo "pip $layer index=$PIP_INDEX_URL prefix=$PIP_PREFIX user=$PIP_USER" >>"$folder/log"
	${pip}
	;;
*launcher.py*) exec '${testPython()}' "$@" ;;
*) exit 9 ;;
esac
`,
	);
	chmodSync(executable, 0o755);
	const env = { PATH: `${folder}/bin:/usr/bin:/bin`, XDG_DATA_HOME: join(folder, "data") };
	const log = (): string[] =>
		existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8").trim().split("\n") : [];
	const left = (): string[] => readdirSync(join(folder, "data/ipyai/overlay"));
	return { folder, facts: said, env, log, left };
};
