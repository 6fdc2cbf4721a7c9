/**
 * Runs every benchmark in a process of its own, one after another, and prints one table: ours, the peer measured
 * in the same run, and the ratio. `npm run bench [NAME…]` runs the named ones.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import type { BenchmarkRow } from "./row.ts";

const notBenchmarks = new Set([
	"cells.ts",
	"held.ts",
	"loopback.ts",
	"main.ts",
	"ourServer.ts",
	"peers.ts",
	"promptingClient.ts",
	"row.ts",
	"silentKernel.ts",
	"wire.ts",
]);
const wanted = process.argv.slice(2);
const files = readdirSync(import.meta.dirname).filter(
	(file) =>
		file.endsWith(".ts") &&
		!notBenchmarks.has(file) &&
		(wanted.length === 0 || wanted.includes(basename(file, ".ts"))),
);
const rows: BenchmarkRow[] = [];
for (const file of files) {
	process.stderr.write(`${basename(file, ".ts")} …\n`);
	const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, file)], {
		encoding: "utf8",
		stdio: ["ignore", "pipe", "inherit"],
		maxBuffer: 1 << 26,
	});
	if (status !== 0) {
		process.stderr.write(`${file} failed\n`);
		process.exitCode = 1;
		continue;
	}
	for (const line of stdout.split("\n")) if (line.startsWith("{")) rows.push(JSON.parse(line));
}
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`);
console.log("| what | ipyai | peer | ratio | to reach |");
console.log("| --- | --- | --- | --- | --- |");
for (const { what, ours, peer, peerName, ratio, target } of rows)
	console.log(`| ${what} | ${ours} | ${peer} (${peerName}) | ${ratio} | ${target} |`);
