/** One terminal in the background: a program on a pty, what it said since it was last read, and its end. */
import type { IPty } from "@lydell/node-pty";
import { RingBuffer } from "./ringBuffer.ts";

export type TerminalOptions = {
	readonly program: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string>>;
	readonly maxBytes: number;
};

/** What the predecessors' models know as the result of a poll. */
export type Poll = {
	readonly text: string;
	readonly start_offset: number;
	readonly end_offset: number;
	readonly buffer_start_offset: number;
	readonly buffer_end_offset: number;
	readonly bytes_returned: number;
	readonly remaining_bytes: number;
	/** Bytes that were never read and are gone: more came than is kept. */
	readonly dropped_bytes: number;
	readonly running: boolean;
	readonly exit_code: number | null;
};

/** What comes at once is one answer. */
const settleMs = 20;

export class Terminal {
	readonly #pty: IPty;
	readonly #buffer: RingBuffer;
	/** What has been read. */
	#cursor = 0;
	#exitCode: number | null = null;
	#isRunning = true;
	#waiting: (() => void)[] = [];

	constructor(pty: IPty, maxBytes: number, onExit: () => void) {
		this.#pty = pty;
		this.#buffer = new RingBuffer(maxBytes);
		// Without an encoding it tells bytes, whatever its types say.
		pty.onData((data: string | Buffer) => {
			this.#buffer.add(typeof data === "string" ? Buffer.from(data) : data);
			this.#wake();
		});
		pty.onExit(({ exitCode, signal }) => {
			this.#isRunning = false;
			this.#exitCode = signal ? -signal : exitCode;
			this.#wake();
			onExit();
		});
	}

	get isRunning(): boolean {
		return this.#isRunning;
	}

	/** False when nobody is there to read it. */
	write(text: string): boolean {
		if (!this.#isRunning) return false;
		this.#pty.write(text);
		return true;
	}

	/** What was not read yet; without any, waits for it and for the end, but not longer than this. */
	async poll(waitMs: number, maxBytes: number, signal: AbortSignal): Promise<Poll> {
		if (waitMs > 0 && this.#cursor >= this.#buffer.end && this.#isRunning) {
			await this.#somethingWithin(waitMs, signal);
			if (this.#isRunning) await this.#somethingWithin(Math.min(settleMs, waitMs), signal);
		}
		const dropped = Math.max(0, this.#buffer.start - this.#cursor);
		const from = this.#cursor + dropped;
		const bytes = wholeCharacters(this.#buffer.read(from, maxBytes));
		this.#cursor = from + bytes.length;
		return {
			text: bytes.toString("utf8"),
			start_offset: from,
			end_offset: this.#cursor,
			buffer_start_offset: this.#buffer.start,
			buffer_end_offset: this.#buffer.end,
			bytes_returned: bytes.length,
			remaining_bytes: this.#buffer.end - this.#cursor,
			dropped_bytes: dropped,
			running: this.#isRunning,
			exit_code: this.#exitCode,
		};
	}

	/** Ends what runs in it: asked first, then made. Resolves when it is gone. */
	async end(killAfterMs: number): Promise<void> {
		if (!this.#isRunning) return;
		this.#signal("SIGHUP");
		const late = setTimeout(() => this.#signal("SIGKILL"), killAfterMs);
		const never = new AbortController();
		for (const until = performance.now() + killAfterMs + 2000; this.#isRunning && performance.now() < until; )
			await this.#somethingWithin(100, never.signal);
		clearTimeout(late);
	}

	/** At once, without asking: the server itself ends. */
	kill(): void {
		this.#signal("SIGKILL");
	}

	/** To all that runs in the terminal: it leads a group of its own. */
	#signal(name: NodeJS.Signals): void {
		if (!this.#isRunning) return;
		try {
			process.kill(-this.#pty.pid, name);
		} catch {
			// It has just ended.
		}
	}

	#somethingWithin(waitMs: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			const leave = (): void => {
				clearTimeout(timer);
				signal.removeEventListener("abort", onAbort);
				this.#waiting = this.#waiting.filter((each) => each !== done);
			};
			const done = (): void => {
				leave();
				resolve();
			};
			const onAbort = (): void => {
				leave();
				reject(signal.reason);
			};
			const timer = setTimeout(done, waitMs);
			if (signal.aborted) {
				onAbort();
				return;
			}
			signal.addEventListener("abort", onAbort, { once: true });
			this.#waiting.push(done);
		});
	}

	#wake(): void {
		for (const done of this.#waiting) done();
	}
}

export const openTerminal = async (options: TerminalOptions, onExit: () => void): Promise<Terminal> => {
	// It is native and seldom needed.
	const { spawn } = await import("@lydell/node-pty");
	const pty = spawn(options.program, [...options.args], {
		name: "dumb",
		cols: 100,
		rows: 30,
		cwd: options.cwd,
		env: { ...options.environment },
		encoding: null,
	});
	return new Terminal(pty, options.maxBytes, onExit);
};

/** Without the beginning of a character whose end has not come. */
const wholeCharacters = (bytes: Buffer): Buffer => {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back]!;
		if ((byte & 0xc0) === 0x80) continue;
		const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
		return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
	}
	return bytes;
};
