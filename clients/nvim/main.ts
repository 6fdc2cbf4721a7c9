/** The process beside one Neovim: `jobstart(..., {rpc = true})` starts it. Wires; what things do stands in their own files. */
import { Console } from "node:console";
import { runHost } from "./host.ts";

// Standard output belongs to the wire.
globalThis.console = new Console(process.stderr);
process.exit(await runHost(process.stdin, process.stdout, process.env));
