/** `node main.ts [LOG]`: the usual server on standard input and output. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { usualServer } from "./usualServer.ts";

await usualServer(process.argv[2] ?? "").connect(new StdioServerTransport());
