/** How long a server stays that nobody uses, and kernels that lost everybody. */
import type { Services } from "./features/feature.ts";

/** A server that nobody uses and that holds no kernel leaves after this long. */
const idleMs = Number(process.env.IPYAI_SERVER_IDLE_MS ?? 60_000);

export type IdleWatch = {
	/** Something changed: the time begins anew. */
	touch(): void;
};

/** Watches for the time when nobody needs the server, and for kernels that were lost for too long. */
export const idleWatch = (
	services: Services,
	{ connections, leave, log }: { connections(): number; leave(): void; log(text: string): void },
): IdleWatch => {
	let timer: NodeJS.Timeout | null = null;
	const lostSince = new Map<string, number>();
	/** Nothing ever ran in it: nobody will come back for its kernel. */
	const isUnused = (sessionId: string): boolean => {
		const row = services.store.session(sessionId);
		return row !== null && row.cells === 0 && row.turns === 0;
	};
	const check = async () => {
		for (const session of services.sessions.live) {
			if (!session.participants.isEmpty) {
				lostSince.delete(session.sessionId);
				continue;
			}
			const since = lostSince.get(session.sessionId) ?? Date.now();
			lostSince.set(session.sessionId, since);
			const isOver = Date.now() - since > session.keepKernelMs;
			if (session.hosting.host && (isUnused(session.sessionId) || isOver))
				await services.sessions.close(session.sessionId);
			else await services.sessions.forgetIdle(session);
		}
		if (connections() === 0 && services.sessions.live.length === 0) {
			log("leaving: nobody needs this server");
			leave();
		} else arm();
	};
	const arm = () => {
		timer = setTimeout(() => {
			check().catch((error: Error) => {
				log(`idle check: ${error.message}`);
				arm();
			});
		}, idleMs);
		timer.unref();
	};
	return {
		touch: () => {
			if (timer) clearTimeout(timer);
			arm();
		},
	};
};
