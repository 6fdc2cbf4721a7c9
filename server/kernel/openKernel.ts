/** Connects to a kernel and puts our Python module into it: the way from a connection file to a kernel that answers. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { findProcess, type ProcessName } from "../../ground/processes.ts";
import type { KernelLaunch } from "../../protocol/index.ts";
import { HostError, type HostFacts } from "../sessions/python/host.ts";
import type { RunningCell } from "./cells.ts";
import { type Channels, openChannels } from "./channels.ts";
import { Inlet } from "./inlet.ts";
import { KernelClient } from "./kernelClient.ts";
import { locateKernel } from "./locate.ts";
import { Lookups } from "./lookups.ts";
import { count, record, text } from "./outputs.ts";
import { pythonModuleSource } from "./pythonModule.ts";
import { watchKernel } from "./watch.ts";
import type { Message } from "./wire.ts";

export type OpenKernelOptions = {
	readonly launch: KernelLaunch;
	readonly leaseSeconds: number;
	/** For how long what runs may go on without a server; `null` to its end. */
	runSeconds(): number | null;
	readonly lookupTimeoutMs: number;
	readonly startTimeoutMs: number;
	/** Aborted when the host is disposed or the kernel gone. */
	readonly signal: AbortSignal;
	onLog(text: string): void;
	/** What a server before us stored of what this kernel said; `null` for a kernel that is not ours. */
	readonly heard: number | null;
	/** The tools become functions of the person's. */
	readonly seedsTools: boolean;
	onUnclaimed(message: Message): void;
	/** The kernel waits until what was told is stored. */
	onPressed(): void;
	onGone(detail: string | null): void;
};

/** Operations are those of the Python module (`clients/ipython/ipyai/live.py`). */
export type OpenKernel = {
	readonly client: KernelClient;
	readonly lookups: Lookups;
	/** `null` where no process is surely the kernel's. */
	readonly process: ProcessName | null;
	readonly facts: HostFacts;
	readonly supportsSubshells: boolean;
	/** The cell that ran when we came. */
	readonly running: RunningCell | null;
	/** `null` when the main shell answered at once; else resolves when it does. */
	readonly mainIsFree: Promise<void> | null;
	/** What the kernel says comes once `listen` was called, from where an earlier server stood. */
	readonly inlet: Inlet;
	listen(): Promise<void>;
	/** Tells a kernel of ours at once that we are there, and what changed about its lease. */
	renewLease(): void;
	/** Whether it keeps what it says until it is told that it is stored. */
	readonly keepsForUs: boolean;
	/** On a subshell, beside cells. */
	look(op: string, args: Record<string, unknown>, signal: AbortSignal): Promise<unknown>;
	/** On a subshell of its own, for what is slow. */
	lookApart(
		op: string,
		args: Record<string, unknown>,
		limitMs: number,
		signal: AbortSignal,
	): Promise<unknown>;
	/** On the main shell, in order with cells. */
	runMain(
		op: string,
		args: Record<string, unknown>,
		onIopub?: (message: Message) => void,
	): { readonly result: Promise<unknown> };
	/** At once, whatever runs. */
	control(op: string, args: Record<string, unknown>): Promise<unknown>;
	/** Ends the operation with this id; nothing else is hit. Resolves to whether it had begun. Never rejects. */
	cancel(id: string): Promise<boolean>;
	close(reason: HostError): void;
};

const requestType = "ipyai_request";
/** A kernel that has not answered for this long is asked again. */
const wakeMs = 1000;
/** A main shell that does not answer for this long while control does is busy with a cell. */
const busyAfterMs = 400;

export const openKernel = async (options: OpenKernelOptions): Promise<OpenKernel> => {
	const { launch, signal, startTimeoutMs } = options;
	const { connection, process } = await locateKernel(launch, startTimeoutMs, signal);

	const session = randomUUID();
	let heard = false;
	let suspect = (): void => {};
	let client: KernelClient | undefined;
	const inlet = new Inlet({
		deliver: (message) => client?.receive("iopub", message),
		control: (op, args) => askOf(client!, "control", op, args),
		onPressed: options.onPressed,
		onLost: (messages) =>
			options.onLog(`${messages} messages of this kernel were said before anybody listened.`),
	});
	const channels = await openChannels(connection, session, {
		onMessage: (channel, message) => {
			if (channel === "iopub") {
				heard = true;
				inlet.receive(message);
			} else client?.receive(channel, message);
		},
		onDisconnect: () => suspect(),
	});
	const opened = new KernelClient(channels, session, (channel, message) => {
		if (channel === "iopub") options.onUnclaimed(message);
	});
	client = opened;
	const watch = watchKernel(process, channels, options.onGone);
	suspect = watch.suspect;
	const stops: (() => void)[] = [watch.stop, () => inlet.close(), () => channels.close()];
	const close = (reason: HostError): void => {
		for (const stop of stops) stop();
		opened.close(reason);
	};
	try {
		signal.throwIfAborted();
		const failed = Promise.withResolvers<never>();
		const onAbort = () => failed.reject(signal.reason);
		signal.addEventListener("abort", onAbort, { once: true });
		const timer = setTimeout(() => {
			failed.reject(new HostError("timeout", `it did not answer within ${startTimeoutMs / 1000} s`));
		}, startTimeoutMs);
		try {
			return await Promise.race([
				meet(options, opened, inlet, channels, process, () => heard, stops, close),
				failed.promise,
			]);
		} finally {
			clearTimeout(timer);
			signal.removeEventListener("abort", onAbort);
		}
	} catch (error) {
		close(error instanceof HostError ? error : new HostError("notAlive", String(error), { cause: error }));
		throw error;
	}
};

const meet = async (
	options: OpenKernelOptions,
	client: KernelClient,
	inlet: Inlet,
	channels: Channels,
	process: ProcessName | null,
	heard: () => boolean,
	stops: (() => void)[],
	close: OpenKernel["close"],
): Promise<OpenKernel> => {
	const { launch, leaseSeconds } = options;
	let ping = (): void => {};
	const isOurs = launch.kind === "started";
	const [module] = await Promise.all([pythonModuleSource(), channels.connected]);
	const info = await greet(client, heard);
	const language = text(record(info.content.language_info).name);
	if (language && language !== "python")
		throw new HostError("failed", `${launch.label} is a kernel for ${language}: ipyai needs Python.`);
	const features = info.content.supported_features;
	const supportsSubshells = Array.isArray(features) && features.includes("kernel subshells");
	const control: OpenKernel["control"] = (op, args) => askOf(client, "control", op, args);
	const lookups = new Lookups({
		client,
		supportsSubshells,
		limitMs: options.lookupTimeoutMs,
		onStuck: (subshellId) => {
			control("interruptLookup", { subshellId }).catch(() => {}); // without our module it goes on
		},
		onLog: options.onLog,
	});

	const installed = install(client, module.code);
	const quick = await Promise.race([installed, delay(busyAfterMs, null, { ref: false })]);
	if (quick === null) {
		// It may not have been woken.
		client.request({ channel: "shell", type: "kernel_info_request", content: {} }).reply.catch(() => {}); // it ended
		await Promise.any([installBeside(client, lookups, module.code, control), installed]);
	}
	lookups.warm();
	// Before the first cell: what it shows is kept from then on.
	const greeting = {
		heard: options.heard,
		seedTools: options.seedsTools,
		...(isOurs ? { leaseSeconds, runSeconds: options.runSeconds() } : {}),
	};
	const hello = await control("hello", greeting).then(record, (error) => {
		// A Python kernel without IPython runs cells; look-ups and history are then refused one by one.
		options.onLog(`No look-ups in this kernel: ${quick ?? (error as Error).message}`);
		return null;
	});

	if (hello && isOurs) {
		ping = () => {
			control("ping", { leaseSeconds, runSeconds: options.runSeconds() }).then(
				(answer) => inlet.missing(record(answer).last),
				() => {}, // when it is gone the watch tells
			);
		};
		const timer = setInterval(ping, Math.min(30_000, (leaseSeconds * 1000) / 4));
		timer.unref();
		stops.push(() => clearInterval(timer));
	}

	// It says itself that it is the process that we were told of.
	const isProven = process === null && isOurs && hello?.pid === launch.pid;
	return {
		client,
		lookups,
		process: isProven ? await findProcess(launch.pid) : process,
		supportsSubshells,
		facts: toFacts(hello, info),
		running: toRunning(hello?.running),
		inlet,
		renewLease: () => ping(),
		keepsForUs: count(record(hello?.said).heard) !== null,
		listen: () => {
			return inlet.listen(record(hello?.said));
		},
		mainIsFree:
			quick === null
				? installed.then(
						() => {},
						() => {},
					)
				: null,
		look: async (op, args, signal) =>
			toResult(await lookups.request(requestType, { ...args, op }, { signal })),
		lookApart: async (op, args, limitMs, signal) =>
			toResult(await lookups.apart(requestType, { ...args, op }, limitMs, signal)),
		runMain: (op, args, onIopub) => ({ result: askOf(client, "shell", op, args, onIopub) }),
		control,
		cancel: (id) =>
			control("cancel", { id }).then(
				(begun) => begun === true,
				() => false, // the kernel ended
			),
		close,
	};
};

const askOf = (
	client: KernelClient,
	channel: "shell" | "control",
	op: string,
	args: Record<string, unknown>,
	onIopub?: (message: Message) => void,
): Promise<unknown> =>
	client
		.request({
			channel,
			type: requestType,
			content: { ...args, op },
			rejectUnanswered: true,
			...(onIopub ? { onIopub, untilIdle: true } : {}),
		})
		.reply.then(toResult);

/**
 * Asks on control until the kernel answers *and* iopub was heard: before that its first messages may be lost. Its
 * welcome message cannot be waited for: only the first subscriber gets it.
 */
const greet = async (client: KernelClient, heard: () => boolean): Promise<Message> => {
	for (;;) {
		const reply = await askAwake(client);
		for (let waits = 0; waits < 5; waits++) {
			if (heard()) return reply;
			await delay(2);
		}
	}
};

/**
 * A kernel is not woken by what came before its loop began, if that began at just that moment: libzmq tells of new
 * messages once. The next one wakes it for both.
 */
const askAwake = async (client: KernelClient): Promise<Message> => {
	const answered = Promise.withResolvers<Message>();
	for (;;) {
		const request = { channel: "control", type: "kernel_info_request", content: {} } as const;
		client.request(request).reply.then(answered.resolve, answered.reject);
		const reply = await Promise.race([answered.promise, delay(wakeMs, null, { ref: false })]);
		if (reply !== null) return reply;
	}
};

/** Resolves to what went wrong, or to the empty string. */
const install = async (client: KernelClient, code: string, subshellId?: string): Promise<string> => {
	const content = {
		code,
		silent: true,
		store_history: false,
		user_expressions: {},
		allow_stdin: false,
		stop_on_error: false,
	};
	const { reply } = client.request({ channel: "shell", type: "execute_request", content, subshellId });
	const answer = (await reply).content;
	if (answer.status === "aborted") return install(client, code, subshellId);
	return answer.status === "ok" ? "" : `${text(answer.ename)}: ${text(answer.evalue)}`;
};

/** While a cell runs: the module is there already when a server of ours was, else a subshell takes it. */
const installBeside = async (
	client: KernelClient,
	lookups: Lookups,
	code: string,
	control: OpenKernel["control"],
): Promise<void> => {
	const present = await control("hello", {}).then(
		() => true,
		() => false,
	);
	if (!present) await lookups.withSubshell((subshellId) => install(client, code, subshellId));
};

const toResult = (reply: Message): unknown => {
	if (reply.content.status === "ok") return reply.content.result;
	throw new HostError("failed", text(reply.content.reason) || "The kernel gave no reason.");
};

const toFacts = (hello: Record<string, unknown> | null, info: Message): HostFacts => ({
	nextExecutionCount: count(hello?.nextExecutionCount) ?? 1,
	historySession: count(hello?.historySession),
	historyFile: text(hello?.historyFile) || null,
	banner: text(hello?.banner) || text(info.content.banner).split("\n")[0]!,
	cwd: text(hello?.cwd),
});

const toRunning = (value: unknown): RunningCell | null => {
	const { key, code, executionCount } = record(value);
	return typeof key === "string" ? { key, code: text(code), executionCount: count(executionCount) } : null;
};
