/**
 * What Python says, in order and each once, whatever became of the socket or of the server before: messages that are
 * missing are asked for, and Python keeps each until it is told that it is stored (`clients/ipython/ipyai/outlet.py`).
 */
import { count, record, text } from "./outputs.ts";
import { fromParts, type Message } from "./wire.ts";

export type InletOptions = {
	deliver(message: Message): void;
	/** Operations of the Python module that are answered at once. */
	control(op: string, args: Record<string, unknown>): Promise<unknown>;
	/** Python holds up whoever prints until what was told is stored. */
	onPressed(): void;
	onLost(messages: number): void;
};

/** From so many bytes on Python is not kept waiting for long; it waits itself from twice as much on. */
const pressedBytes = 512 * 1024;
/** Python hears this often, at rest, what is stored. */
const tellEveryMs = 250;
/** A message that was sent before the answer on another socket comes within this time. */
const comesWithinMs = 500;

const maxMeanwhile = 200;

export class Inlet {
	readonly #options: InletOptions;
	/** The number that comes next; `null` while nothing is listened to, `"any"` where nothing is numbered. */
	#next: number | null | "any" = null;
	/** What came before we knew where to begin. */
	readonly #meanwhile: Message[] = [];
	/** The highest number known to have been said. */
	#last = 0;
	/** Up to here it was said before we listened. */
	#earlier = 0;
	#fetching = false;
	#isPressed = false;
	#told = 0;
	#toldAt = 0;
	#telling: NodeJS.Timeout | null = null;
	#isClosed = false;

	constructor(options: InletOptions) {
		this.#options = options;
	}

	/** All up to this number was delivered. */
	get heard(): number {
		return typeof this.#next === "number" ? this.#next - 1 : 0;
	}

	receive(message: Message): void {
		const { said } = message;
		if (said === undefined || this.#next === "any") {
			this.#options.deliver(message);
			return;
		}
		this.#last = Math.max(this.#last, said.number);
		if (this.#next === null) {
			this.#meanwhile.push(message);
			// Python has it too.
			if (this.#meanwhile.length > maxMeanwhile) this.#meanwhile.shift();
			return;
		}
		if (said.number < this.#next) return;
		if (said.number > this.#next) {
			void this.#fetch();
			return;
		}
		this.#take(message, said.number);
		if (said.unheard >= pressedBytes) this.#press();
	}

	#press(): void {
		this.#isPressed = true;
		this.#options.onPressed();
	}

	#take(message: Message, number: number): void {
		this.#next = number + 1;
		this.#options.deliver(number <= this.#earlier ? { ...message, isEarlier: true } : message);
	}

	/**
	 * Begins behind `heard`, with what Python answered that it has kept since; without a number nothing is kept for us.
	 * Resolves when what was said before is told. Never rejects.
	 */
	async listen(said: Record<string, unknown>): Promise<void> {
		const heard = count(said.heard);
		const meanwhile = this.#meanwhile.splice(0);
		if (heard === null) {
			this.#next = "any";
			for (const message of meanwhile) this.receive(message);
			return;
		}
		this.#next = heard + 1;
		this.#told = heard;
		this.#earlier = count(said.last) ?? 0;
		this.#takeAll(said);
		for (const message of meanwhile) this.receive(message);
		await this.#fetch();
	}

	/** All that was delivered is stored. */
	stored(): void {
		if (this.#isClosed || this.heard === this.#told || (this.#telling !== null && !this.#isPressed)) return;
		const dueMs = this.#isPressed ? 0 : this.#toldAt + tellEveryMs - performance.now();
		if (dueMs <= 0) this.#tell(this.heard);
		else {
			const { heard } = this;
			this.#telling = setTimeout(() => this.#tell(heard), dueMs).unref();
		}
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#telling ?? undefined);
	}

	#tell(number: number): void {
		clearTimeout(this.#telling ?? undefined);
		this.#telling = null;
		this.#isPressed = false;
		this.#told = number;
		this.#toldAt = performance.now();
		this.#options.control("heard", { number }).then(
			(answer) => this.missing(record(answer).last),
			() => {}, // the kernel ended
		);
	}

	/** Python has said all up to here, and it may be that nothing later shows what is missing. */
	missing(last: unknown): void {
		const number = count(last);
		if (number === null || this.#isClosed) return;
		this.#last = Math.max(this.#last, number);
		if (typeof this.#next !== "number" || number < this.#next) return;
		const look = () => {
			if (typeof this.#next === "number" && this.#next <= number) void this.#fetch();
		};
		setTimeout(look, comesWithinMs).unref();
	}

	async #fetch(): Promise<void> {
		if (this.#fetching) return;
		this.#fetching = true;
		try {
			while (!this.#isClosed && typeof this.#next === "number" && this.#next <= this.#last) {
				const answer = record(await this.#options.control("unheard", { since: this.#next - 1 }));
				if (!this.#takeAll(answer)) return;
			}
		} catch {
			// The kernel ended, or a later message asks again.
		} finally {
			this.#fetching = false;
		}
	}

	/** Whether it got further. */
	#takeAll({ lost, last, messages }: Record<string, unknown>): boolean {
		if (typeof this.#next !== "number" || this.#isClosed) return false;
		const before = this.#next;
		const gone = count(lost) ?? 0;
		if (gone > 0) {
			this.#next += gone;
			this.#options.onLost(gone);
		}
		this.#last = Math.max(this.#last, count(last) ?? 0);
		for (const [number, ...parts] of Array.isArray(messages) ? messages : []) {
			if (number !== this.#next || this.#isClosed) continue;
			this.#take(fromParts({ number, unheard: 0 }, parts.map(text)), number);
		}
		if (this.#next > before) this.#press();
		return this.#next > before;
	}
}
