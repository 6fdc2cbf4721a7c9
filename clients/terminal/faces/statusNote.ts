const noteMs = 4000;

/** A short text that stands in the status line for a moment. */
export class StatusNote {
	readonly #draw: () => void;
	#text: string | null = null;
	#isHeld = false;
	#timer: NodeJS.Timeout | undefined;

	/** `draw` is called when it came and when it goes. */
	constructor(draw: () => void) {
		this.#draw = draw;
	}

	get text(): string | null {
		return this.#text;
	}

	/** Stands until `release`, or until something else is said. */
	hold(text: string): void {
		clearTimeout(this.#timer);
		this.#text = text;
		this.#isHeld = true;
		this.#draw();
	}

	/** Takes away what is held. */
	release(): void {
		if (this.#isHeld) this.say(null);
	}

	/** `null` takes away what stands there. */
	say(text: string | null): void {
		clearTimeout(this.#timer);
		this.#isHeld = false;
		this.#text = text;
		if (text !== null)
			this.#timer = setTimeout(() => {
				this.#text = null;
				this.#draw();
			}, noteMs);
		this.#draw();
	}
}
