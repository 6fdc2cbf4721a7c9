/** The `ipyai` command. Wires; what things do stands in their own files. */
import { parseArguments } from "./commandLine/arguments.ts";
import { runProgram } from "./program.ts";

const program = process.env.IPYAI_PROGRAM || "ipyai";
const code = await runProgram(parseArguments(process.argv.slice(2), program), program);
process.exit(code);
