/** `ipyai lsp`: the server for an LSP editor, on standard input and output. */
import { Duplex } from "node:stream";
import { workingFolderOr } from "../../ground/paths/workingFolder.ts";
import { connectServer, replaceServer } from "../common/server/joinServer.ts";
import { startOwnServer } from "../common/server/startServer.ts";
import { runProxy } from "./proxy.ts";

const usage = `Usage: ipyai lsp [--no-share]

  Speaks LSP on standard input and output, for an editor to start.

  --no-share  a server for this editor alone, not the one that terminals share
`;

const args = process.argv.slice(2).filter((argument) => argument !== "--stdio");
const noShare = args.includes("--no-share");
const environment = process.env;

const startOwn = async (): Promise<Duplex> => {
	const child = startOwnServer(environment);
	child.stderr.pipe(process.stderr);
	const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
	// What it said last is still read.
	child.once("close", () => stream.destroy());
	return stream;
};

if (args.some((argument) => argument !== "--no-share")) {
	process.stderr.write(usage);
	process.exitCode = args.includes("--help") ? 0 : 2;
} else
	runProxy({
		input: process.stdin,
		output: process.stdout,
		environment,
		cwd: workingFolderOr("/"),
		connect: noShare ? startOwn : () => connectServer(environment),
		replace: () => replaceServer(environment),
		startOwn,
		onEnd: (code) => process.exit(code),
	});
