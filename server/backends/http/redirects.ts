/** Requests that are sent elsewhere by who they were for. Keys and conversations go to no other server. */
import type { Agent } from "node:http";
import { send } from "./send.ts";

const maxRedirects = 5;

/** As `send`. A redirect that is not followed is the answer. */
export const sendOn = async (
	url: URL,
	init: RequestInit,
	agentFor: (url: URL) => Agent,
	redirects = 0,
): Promise<Response> => {
	const response = await send(url, init, agentFor(url));
	const location = response.headers.get("location");
	const isMoved = [301, 302, 303, 307, 308].includes(response.status) && redirects < maxRedirects;
	if (!isMoved || location === null || !URL.canParse(location, url.href)) return response;
	const next = new URL(location, url);
	const on = sentOn(url, next, init);
	if (on === null) return response;
	await response.body?.cancel();
	return sendOn(next, on, agentFor, redirects + 1);
};

/** What another server may be asked: to give what was wanted, and nothing of the person. */
const openHeaders = ["accept", "accept-encoding", "if-range", "range"];

/** The request as it goes on to the next address, a question as a question; `null` when it does not. */
const sentOn = (url: URL, next: URL, init: RequestInit): RequestInit | null => {
	// The same server, mostly from `http` to `https`.
	const upgrades = url.protocol === "http:" && next.protocol === "https:" && url.host === next.host;
	if (next.origin === url.origin || upgrades) return init;
	if (init.body !== undefined && init.body !== null) return null;
	const headers = [...new Headers(init.headers)].filter(([name]) => openHeaders.includes(name));
	return { ...init, headers };
};
