import { join } from "node:path";
import { build } from "esbuild";

const compileCache = join(import.meta.dirname, "../../ground/paths/compileCache.mjs");

/**
 * The file that Node is started with: it must be readable for any Node, so that an old one is told and does not
 * stumble over the bundle; and the compile cache works for modules that are loaded after it is on.
 */
const source = (name: string): string => `
import { useCompileCache } from ${JSON.stringify(compileCache)};
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || major === 23 || (major === 22 && minor < 14)) {
	process.stderr.write(
		\`\${process.env.IPYAI_PROGRAM || "ipyai"}: needs Node 24, or 22.14 and newer, and \${process.execPath} is \${process.version}: get a newer one from nodejs.org, or with nvm, fnm or Homebrew.\\n\`,
	);
	process.exit(1);
}
useCompileCache();
await import("./bundle/${name}.js");
`;

/** The starter of a bundle, in one file: at this point each file costs. */
export const starter = async (name: string): Promise<string> => {
	const { outputFiles } = await build({
		stdin: { contents: source(name), resolveDir: import.meta.dirname },
		banner: { js: "// Made by scripts/build.ts." },
		bundle: true,
		external: ["./bundle/*"],
		format: "esm",
		platform: "node",
		target: "node16",
		minifySyntax: true,
		write: false,
		logLevel: "warning",
	});
	return outputFiles[0]!.text;
};
