import type { OmittedOutput } from "../../../protocol/index.ts";

/**
 * For what only grows, and cannot take back what it showed: of the middle of a long output, what has come since `shown`
 * was. `null` for nothing.
 */
export const omittedSince = (shown: OmittedOutput | undefined, now: OmittedOutput): OmittedOutput | null => {
	const tail = now.tail ?? [];
	const fresh = lengthOf(now) - (shown ? lengthOf(shown) : 0);
	if (fresh <= 0) return null;
	const kept: { name: "stdout" | "stderr"; text: string }[] = [];
	let room = fresh;
	for (const { name, text } of tail.toReversed()) {
		if (room <= 0) break;
		kept.unshift({ name, text: text.slice(Math.max(0, text.length - room)) });
		room -= text.length;
	}
	return { ...now, chars: Math.max(0, room), tail: kept };
};

const lengthOf = ({ chars, tail = [] }: OmittedOutput): number =>
	tail.reduce((sum, { text }) => sum + text.length, chars);
