import { LiveSession } from "../../common/session/liveSession.ts";
import { splitScript } from "../commandLine/script.ts";
import type { Start } from "../commandLine/start.ts";
import { coloredText, plainText } from "../output/cleanText.ts";
import { Batch, exitCodes } from "./batch.ts";
import { PlainOutput } from "./plainOutput.ts";

/** `-c`, a script, or input from a pipe: runs it, prints plain text, leaves. */
export const batchFace = async ({ args, entries, sessionOptions }: Start): Promise<number> => {
	const { stdout, stderr, stdin } = process;
	// Who reads the pipe may stop reading: then nobody is left to write for.
	for (const stream of [stdout, stderr])
		stream.on("error", () => {
			process.exitCode ??= exitCodes.failed;
		});
	const output = new PlainOutput({
		out: (text) => stdout.write(text),
		err: (text) => stderr.write(text),
		clean: stdout.isTTY ? coloredText : plainText,
		interactive: false,
	});
	const hasPerson = entries.length > 0 && stdin.isTTY === true;
	const batch = new Batch(output, (text) => stderr.write(text), hasPerson ? askLine : null);
	const live = new LiveSession(sessionOptions(batch, { approvals: false, input: true }));
	let interrupts = 0;
	const onInterrupt = (): void => {
		if (++interrupts > 1) process.exit(exitCodes.interrupted);
		batch.interrupt();
	};
	process.on("SIGINT", onInterrupt);
	try {
		const [script] = await Promise.all([entries.length > 0 ? null : readAll(stdin), live.open()]);
		return await batch.run(live, script === null ? entries : splitScript(script));
	} finally {
		process.off("SIGINT", onInterrupt);
		await live.leave(args.join === null ? "close" : "detach");
	}
};

const readAll = async (stream: NodeJS.ReadStream): Promise<string> => {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("utf8");
};

const askLine = async (prompt: string): Promise<string> => {
	const { createInterface } = await import("node:readline/promises");
	const readline = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return await readline.question(plainText(prompt));
	} finally {
		readline.close();
	}
};
