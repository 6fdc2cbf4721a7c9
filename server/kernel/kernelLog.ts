/** What a kernel wrote to its own standard output and error: whoever starts it keeps a log beside the connection file. */
import { open } from "node:fs/promises";
import type { KernelLaunch } from "../../protocol/index.ts";

export const kernelLogFile = (connectionFile: string): string => connectionFile.replace(/(\.json)?$/, ".log");

/** What ipykernel prints as it starts; nobody asks for it when a kernel has ended. */
const howToJoin = /^[\s\S]*To connect another client to this kernel, use:\s+--existing .*\n?/;

const maxBytes = 8000;

/** The last lines, blank ones left out; none where there is no log. */
export const lastLines = async (launch: KernelLaunch): Promise<readonly string[]> => {
	if (launch.kind === "remote") return [];
	try {
		await using file = await open(kernelLogFile(launch.connectionFile));
		const { size } = await file.stat();
		const length = Math.min(size, maxBytes);
		const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
		const lines = buffer.toString().replace(howToJoin, "").split("\n");
		return lines.map((line) => line.trimEnd().slice(0, maxLineChars)).filter((line) => line !== "");
	} catch {
		return []; // most kernels keep none
	}
};

const maxLineChars = 500;

/** A kernel that is asked before our module is in it. */
const ours = /UNKNOWN CONTROL MESSAGE TYPE: 'ipyai_request'/;

const tells = /\b(?:\w*Error|\w*Exception|error|CRITICAL|PYTHONHOME)\b/;

/** Of these lines the few that say most about why it ended. */
export const tellingLines = (lines: readonly string[]): readonly string[] => {
	const theirs = lines.filter((line) => !ours.test(line));
	const telling = theirs.filter((line) => tells.test(line));
	return (telling.length > 0 ? telling : theirs).slice(-4).map((line) => line.trim());
};
