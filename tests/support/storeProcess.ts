/** A process of the store tests: `node storeProcess.ts FILE JOB...`; tells what it did line by line. */
import { openStore } from "../../server/store/openStore.ts";
import { cellFinished, cellStarted, created, owner, print } from "./storeEvents.ts";

const [file, job, name, count] = process.argv.slice(2) as [string, string, string, string];

if (job === "append") {
	// Runs until it is killed: a line for each acknowledged step.
	const store = openStore(file);
	store.createSession(name, "/work", owner, [created()]);
	for (let n = 0; ; n++) {
		const stored = store.append(name, [cellStarted(`c${n}`, `${n}`), print(`c${n}`, "x".repeat(n % 3000))]);
		store.append(name, [cellFinished(`c${n}`)]);
		process.stdout.write(`${stored[0]!.seq} ${n}\n`);
	}
}

if (job === "share") {
	const store = openStore(file);
	for (let n = 0; n < Number(count); n++) {
		const cellId = `${name}${n}`;
		store.append("shared", [cellStarted(cellId, "1"), print(cellId, cellId), cellFinished(cellId)]);
	}
	store.close();
}

if (job === "claim") {
	const store = openStore(file);
	const mine = { instanceId: name, pid: process.pid, startTime: name };
	const claimed = store.claimSession("shared", mine, (asked) => asked.instanceId !== "server-1");
	process.stdout.write(`${claimed.instanceId}\n`);
	store.close();
}

if (job === "open") {
	try {
		const store = openStore(file);
		store.setFact("written", "yes");
		store.close();
		process.stdout.write("written\n");
	} catch (error) {
		process.stdout.write(`${(error as Error).name}: ${(error as Error).message}\n`);
	}
}
