/**
 * Asks for a stream's first item at once instead of when somebody reads it: what the reader still has to do happens
 * while the source works. The reader must read it to its end.
 */
export const eagerly = <T>(source: AsyncIterable<T>): AsyncIterable<T> => {
	const iterator = source[Symbol.asyncIterator]();
	const first = iterator.next();
	// A reader that comes later sees the failure; until then it is nobody's unhandled rejection.
	first.catch(() => {});
	return (async function* () {
		for (let next = await first; !next.done; next = await iterator.next()) yield next.value;
	})();
};
