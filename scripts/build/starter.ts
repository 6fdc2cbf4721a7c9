/**
 * The file that Node is started with: it must be readable for any Node, so that an old one is told and does not
 * stumble over the bundle; and the compile cache works for modules that are loaded after it is on.
 */
export const starter = (name: string): string => `// Made by scripts/build.ts.
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

if (Number(process.versions.node.split(".")[0]) < 22) {
	process.stderr.write(
		\`\${process.env.IPYAI_PROGRAM || "ipyai"}: needs Node 22 or newer, and \${process.execPath} is \${process.version}: get a newer one from nodejs.org, or with nvm, fnm or Homebrew.\\n\`,
	);
	process.exit(1);
}
module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ipyai", "compile"));
await import("./bundle/${name}.js");
// At the end of a process it is written anyway; a server lives long and may be killed.
setTimeout(() => module.flushCompileCache?.(), 2000).unref();
`;
