/**
 * What a conversation costs that a provider's program holds: its first prompt and its next, each beside the command
 * that a script would run for it, and the memory of each further one.
 */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { findClaude } from "../server/backends/claudeSdk/locate.ts";
import { findCodex } from "../server/backends/codex/locate.ts";
import { startLoopback } from "./loopback.ts";
import { claudeDirect } from "./peers.ts";
import { median, ms, printRow } from "./row.ts";

const rounds = 5;
const typingMs = 1_000;
const prompt = "hi";
const loopback = await startLoopback();

/** Runs the command to its end; the milliseconds from its start to the line that holds the first text. */
const runCommand = async (program: string, args: readonly string[], isText: (line: string) => boolean) => {
	const started = performance.now();
	let first = Number.NaN;
	const child = spawn(program, args, {
		cwd: loopback.folder,
		env: loopback.environment,
		stdio: ["ignore", "pipe", "ignore"],
	});
	const exited = new Promise((resolve) => child.once("exit", resolve));
	for await (const line of createInterface({ input: child.stdout }))
		if (Number.isNaN(first) && isText(line)) first = performance.now() - started;
	await exited;
	if (Number.isNaN(first)) throw new Error(`${program} ${args.join(" ")} said nothing`);
	return first;
};

type Peer = { readonly name: string; ask(): Promise<number> };

/** A prompt typed for a second in a new session, beside programs that are started for it. */
const compareFirst = async (backend: string, peers: readonly Peer[]) => {
	const ours: number[] = [];
	const theirs = peers.map((): number[] => []);
	for (let round = 0; round <= rounds; round++) {
		const sessionId = await loopback.newSession(backend);
		await sleep(typingMs);
		const mine = await loopback.firstToken(sessionId, prompt);
		await loopback.closeSession(sessionId);
		for (const [index, { ask }] of peers.entries()) {
			const one = await ask();
			if (round > 0) theirs[index]!.push(one);
		}
		// The first finds files that no memory holds yet.
		if (round > 0) ours.push(mine);
	}
	for (const [index, { name }] of peers.entries()) {
		const peer = median(theirs[index]!);
		printRow({
			what: `first token of a new session after a second of typing (${backend}): median`,
			ours: ms(median(ours)),
			peer: ms(peer),
			peerName: name,
			ratio: `${(median(ours) / peer).toFixed(2)}×`,
			target: "≤ 0.5×",
		});
	}
};

const askNewQuery = async (executable: string): Promise<number> => {
	const started = performance.now();
	const direct = claudeDirect(executable, loopback);
	const spawned = performance.now() - started;
	const first = await direct.ask(prompt);
	direct.close();
	return spawned + first;
};

/** A conversation that goes on, here and by commands, one of which goes on with the last. */
const compareNext = async (backend: string, name: string, ask: (isFirst: boolean) => Promise<number>) => {
	const sessionId = await loopback.newSession(backend);
	const ours: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round <= rounds; round++) {
		const [a, b] = [await loopback.firstToken(sessionId, prompt), await ask(round === 0)];
		if (round === 0) continue;
		ours.push(a);
		peer.push(b);
	}
	await loopback.closeSession(sessionId);
	printRow({
		what: `first token of the next prompt (${backend}): median`,
		ours: ms(median(ours)),
		peer: ms(median(peer)),
		peerName: name,
		ratio: `${(median(ours) / median(peer)).toFixed(3)}×`,
		target: "≤ 0.5×",
	});
};

/** Resident megabytes of each process of this program below the server. */
const childrenOf = (program: string): number[] =>
	execFileSync("ps", ["-A", "-ww", "-o", "ppid=,rss=,args="], { encoding: "utf8" })
		.split("\n")
		.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
		.filter((found) => Number(found?.[1]) === loopback.serverPid && found?.[3]?.startsWith(program))
		.map((found) => Number(found?.[2]) / 1024);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const compareMemory = async (backend: string, program: string, further: number) => {
	const sessions = [await loopback.newSession(backend)];
	await loopback.firstToken(sessions[0]!, prompt);
	const one = sum(childrenOf(program));
	for (let n = 0; n < further; n++) {
		const sessionId = await loopback.newSession(backend);
		await loopback.firstToken(sessionId, prompt);
		sessions.push(sessionId);
	}
	const children = childrenOf(program);
	const each = (sum(children) - one) / further;
	for (const sessionId of sessions) await loopback.closeSession(sessionId);
	printRow({
		what: `memory of each further conversation (${backend}, ${children.length} ${children.length === 1 ? "process" : "processes"} for ${sessions.length})`,
		ours: `${each.toFixed(1)} MB`,
		peer: `${one.toFixed(0)} MB`,
		peerName: "the program for each",
		ratio: `${(each / one).toFixed(2)}×`,
		target: "–",
	});
};

const claude = findClaude({});
if (claude === null) process.stderr.write("claude-sdk is not measured: Claude Code is not installed\n");
else {
	// First: a process that is let go of takes a moment to end.
	await compareMemory("claude-sdk", claude, 3);
	const format = ["--output-format", "stream-json", "--include-partial-messages", "--verbose"];
	const args = ["-p", prompt, ...format, "--model", "claude-sonnet-5-5"];
	const run = (more: readonly string[]) =>
		runCommand(claude, [...args, ...more], (line) => line.includes('"content_block_delta"'));
	await compareFirst("claude-sdk", [
		{ name: "a new query()", ask: () => askNewQuery(claude) },
		{ name: "claude -p", ask: () => run([]) },
	]);
	await compareNext("claude-sdk", "claude -p --continue", (isFirst) => run(isFirst ? [] : ["--continue"]));
}
const [codex] = findCodex({}) ?? [];
if (codex === undefined) process.stderr.write("codex is not measured: Codex is not installed\n");
else {
	await compareMemory("codex", codex, 10);
	const run = (more: readonly string[]) =>
		runCommand(codex, ["exec", "--json", "--skip-git-repo-check", ...more, prompt], (line) =>
			line.includes('"agent_message"'),
		);
	await compareFirst("codex", [{ name: "codex exec", ask: () => run([]) }]);
	await compareNext("codex", "codex exec resume --last", (isFirst) =>
		run(isFirst ? [] : ["resume", "--last"]),
	);
}
await loopback.close();
process.exit(0);
