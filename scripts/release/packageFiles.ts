const needed = [
	"package.json",
	"README.md",
	"LICENSE",
	"CHANGELOG.md",
	"bin/ipyai",
	"bin/ipyclaude",
	"bin/ipycodex",
	"dist/ipyai.js",
	"dist/server.js",
	"dist/bundle/ipyai.js",
	"dist/bundle/server.js",
	"docs/schema.json",
];

const allowed =
	/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/\w+|dist\/\w+\.js|dist\/bundle\/[^/]+\.js|docs\/.+\.(md|json|svg)|clients\/ipython\/.+\.(py|toml|md)|clients\/nvim\/.+\.(lua|vim|txt|md)|clients\/nvim\/doc\/tags|examples\/vscode\/(\w+\.(js|json|md|png)|LICENSE))$/;

/** What is wrong with the list of files in a package: sentences, none when all is well. */
export const findFaults = (files: readonly string[]): string[] => [
	...needed.filter((path) => !files.includes(path)).map((path) => `${path} is missing.`),
	...(files.some((path) => /^clients\/ipython\/.+\.py$/.test(path))
		? []
		: ["clients/ipython/*.py is missing."]),
	...files.filter((path) => !allowed.test(path)).map((path) => `${path} does not belong into the package.`),
];
