/**
 * Requests to one kernel and what comes back. A request is claimed by the id of its message: its reply, its output on
 * iopub and its `idle` find the caller; everything else is told as unclaimed.
 */
import { HostError } from "../sessions/python/host.ts";
import type { Channels, MessageChannel } from "./channels.ts";
import { type Message, newMessage } from "./wire.ts";

export type KernelRequest = {
	/** The message's id; a fresh one when absent. */
	readonly id?: string;
	readonly channel: "shell" | "control";
	readonly type: string;
	readonly content: Message["content"];
	readonly subshellId?: string | undefined;
	/** Messages on iopub that this request caused, its `status` included. */
	onIopub?(message: Message): void;
	/** `input_request`s of an execute. */
	onStdin?(message: Message): void;
	/** The answer is given once `idle` is there too: all output has come. */
	readonly untilIdle?: boolean;
	/** Called when the kernel is done with it without an answer: it does not know the type. */
	readonly rejectUnanswered?: boolean;
};

type Claim = {
	readonly request: KernelRequest;
	readonly resolve: (reply: Message) => void;
	readonly reject: (error: Error) => void;
	reply: Message | null;
	idle: boolean;
	timer: NodeJS.Timeout | undefined;
};

/** How long the second of reply and idle may lag behind the first without any other message coming. */
const lagMs = 3000;
/** Older kernels never answer some requests; a loaded machine answers late. */
const unansweredMs = 1500;

export class KernelClient {
	readonly session: string;
	readonly #channels: Channels;
	readonly #claims = new Map<string, Claim>();
	readonly #onUnclaimed: (channel: MessageChannel, message: Message) => void;
	#closed: HostError | null = null;

	constructor(
		channels: Channels,
		session: string,
		onUnclaimed: (channel: MessageChannel, message: Message) => void,
	) {
		this.#channels = channels;
		this.session = session;
		this.#onUnclaimed = onUnclaimed;
	}

	/** Rejects with a `HostError` when the kernel ends first. `id` names the request in later messages. */
	request(request: KernelRequest): { readonly id: string; readonly reply: Promise<Message> } {
		const { type, content, subshellId, channel } = request;
		const message = newMessage(this.session, type, content, { id: request.id, subshellId });
		const id = message.header.msg_id;
		const reply = new Promise<Message>((resolve, reject) => {
			if (this.#closed) {
				reject(this.#closed);
				return;
			}
			this.#claims.set(id, { request, resolve, reject, reply: null, idle: false, timer: undefined });
			this.#channels.send(channel, message);
		});
		return { id, reply };
	}

	/** Answers an `input_request`. */
	answer(asked: Message, value: string): void {
		const message = newMessage(
			this.session,
			"input_reply",
			{ value, status: "ok" },
			{ parent: asked.header },
		);
		this.#channels.send("stdin", message);
	}

	/** What the channels bring. */
	receive(channel: MessageChannel, message: Message): void {
		const id = message.parent.msg_id ?? "";
		const claim = this.#claims.get(id);
		if (channel === "iopub") {
			if (!claim) {
				this.#onUnclaimed(channel, message);
				return;
			}
			const isStatus = message.header.msg_type === "status";
			if (claim.request.onIopub) claim.request.onIopub(message);
			else if (!isStatus) this.#onUnclaimed(channel, message);
			if (isStatus && message.content.execution_state === "idle") {
				claim.idle = true;
				this.#settle(id, claim);
			} else claim.timer?.refresh();
			return;
		}
		if (!claim) {
			this.#onUnclaimed(channel, message);
			return;
		}
		if (channel === "stdin") {
			claim.request.onStdin?.(message);
			return;
		}
		claim.reply = message;
		if (!claim.request.untilIdle) claim.resolve(message);
		this.#settle(id, claim);
	}

	/** Fails everything that waits. */
	close(reason: HostError): void {
		if (this.#closed) return;
		this.#closed = reason;
		for (const claim of this.#claims.values()) {
			clearTimeout(claim.timer);
			claim.reject(reason);
		}
		this.#claims.clear();
	}

	#settle(id: string, claim: Claim): void {
		clearTimeout(claim.timer);
		if (claim.reply && claim.idle) {
			this.#end(id, claim);
			return;
		}
		// They come on different sockets, in either order; one that was lost must not make the caller wait for ever.
		claim.timer = setTimeout(
			() => this.#end(id, claim),
			claim.request.rejectUnanswered ? unansweredMs : lagMs,
		);
		claim.timer.unref();
	}

	#end(id: string, claim: Claim): void {
		this.#claims.delete(id);
		if (claim.reply) claim.resolve(claim.reply);
		else claim.reject(new HostError("lacksCapability", `The kernel did not answer "${claim.request.type}".`));
	}
}
