/**
 * Who has the terminal, and when it is drawn: finished lines go above together with the tail that fits them, frames
 * that updates cause are spaced, and another program may have the terminal for as long as it runs.
 */
import type { ScreenText } from "../../../ground/text/screenText.ts";
import type { KeyEvent } from "../editor/keys.ts";
import type { Rendered } from "../editor/types.ts";
import type { KeyboardTerminal } from "../screen/processTerminal.ts";
import { createScreen, type Screen } from "../screen/screen.ts";

/** Frames that updates cause come no faster; keys are drawn at once. */
const frameMs = 16;

export class Stage {
	readonly screen: Screen;
	readonly #terminal: KeyboardTerminal;
	readonly #tail: () => Rendered;
	readonly #onKey: (key: KeyEvent) => void;
	/** Lines for above, in order. */
	#finished: ScreenText[] = [];
	#timer: NodeJS.Timeout | undefined;
	#lastDraw = 0;
	#owner: "us" | "another" | "nobody" = "us";

	/** `tail` makes what stands below the finished lines. Keys are told only while the terminal is ours. */
	constructor(terminal: KeyboardTerminal, tail: () => Rendered, onKey: (key: KeyEvent) => void) {
		this.screen = createScreen(terminal);
		this.#terminal = terminal;
		this.#tail = tail;
		this.#onKey = onKey;
	}

	/** Takes keys from now on. */
	start(): void {
		this.#terminal.start((key) => {
			if (this.#owner === "us") this.#onKey(key);
		});
	}

	/** These lines are finished: they go above with the next frame and are never drawn again. */
	commit(lines: readonly ScreenText[]): void {
		for (const line of lines) this.#finished.push(line);
		this.drawSoon();
	}

	drawSoon(): void {
		if (this.#timer !== undefined) return;
		const wait = this.#lastDraw + frameMs - performance.now();
		this.#timer = setTimeout(() => this.draw(), Math.max(0, wait));
	}

	draw(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#owner !== "us") return;
		this.#lastDraw = performance.now();
		const { lines, cursor } = this.#tail();
		this.#putAbove();
		this.screen.setTail(lines, cursor);
	}

	clear(): void {
		this.#putAbove();
		this.screen.clear();
	}

	/** Gives the terminal to another program for as long as it runs. */
	async lend<T>(run: () => Promise<T>): Promise<T> {
		this.#giveAway();
		try {
			return await run();
		} finally {
			this.takeBack();
		}
	}

	/** Stops the whole job, as a shell's job control expects; the caller's `SIGCONT` takes the terminal back. */
	suspend(): void {
		this.#giveAway();
		process.kill(0, "SIGTSTP");
	}

	takeBack(): void {
		if (this.#owner === "nobody") return;
		this.#owner = "us";
		this.start();
		this.screen.resume();
		this.draw();
	}

	/** Takes the tail away; what is above it stays. Nothing is drawn any more. */
	end(): void {
		this.#putAbove();
		this.screen.setTail([], null);
		this.screen.dispose();
		this.restore();
		this.#owner = "nobody";
	}

	/** The terminal as it was found, also where the process ends without more. */
	restore(): void {
		this.#terminal.stop();
	}

	#giveAway(): void {
		this.#owner = "another";
		this.#putAbove();
		this.screen.suspend();
		this.#terminal.stop();
	}

	#putAbove(): void {
		this.screen.commit(this.#finished);
		this.#finished = [];
	}
}
