/** Servers whose base URL was given without the `/v1` that their addresses stand under. */
import type { Fetch } from "./fetch.ts";

/**
 * `fetch` for a base URL that has no path: what the server does not know is asked for under `/v1`, and all that
 * follows, once that answered.
 */
export const fetchUnderV1 = (inner: Fetch, baseUrl: string): Fetch => {
	if (!URL.canParse(baseUrl) || new URL(baseUrl).pathname !== "/") return inner;
	const { origin } = new URL(baseUrl);
	let isUnderV1 = false;
	return async (input, init) => {
		const address = String(input instanceof Request ? input.url : input);
		const under = address.replace(origin, `${origin}/v1`);
		if (isUnderV1) return inner(under, init);
		const response = await inner(input, init);
		if (!(await isUnknownAddress(response))) return response;
		const second = await inner(under, init);
		isUnderV1 = second.ok;
		return second.ok || isJson(second) ? second : response;
	};
};

/** LM Studio answers 200 where it has nothing. */
const isUnknownAddress = async (response: Response): Promise<boolean> => {
	if (response.status === 404 || response.status === 405) return true;
	// A short answer, so that no stream waits for its end here.
	const length = Number(response.headers.get("content-length") ?? Number.NaN);
	if (response.status !== 200 || !isJson(response) || !(length < 1_000)) return false;
	return /^\s*\{"error":\s*"Unexpected endpoint/i.test(await response.clone().text());
};

const isJson = (response: Response): boolean => /json/.test(response.headers.get("content-type") ?? "");
