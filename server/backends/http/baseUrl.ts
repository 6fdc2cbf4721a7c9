/** Base URLs as people give them, and as the SDKs want them. */

/** What people paste with a base URL, from a provider's example. */
const endpoints = /\/(chat\/completions|completions|responses|models|messages|embeddings)$/;

/** Without slashes at the end and without an endpoint; with a scheme. A query, as Azure's, stays. */
export const tidyBaseUrl = (typed: string): string => {
	const [address = "", query] = typed.trim().split("?", 2);
	const named = address.includes("://") ? address : `${isNearby(address) ? "http" : "https"}://${address}`;
	const base = withoutSlash(withoutSlash(named).replace(endpoints, ""));
	return query === undefined ? base : `${base}?${query}`;
};

export const withoutSlash = (url: string): string => url.replace(/\/+$/, "");

/** A server on this machine or in this house, which has no certificate. */
const isNearby = (address: string): boolean => {
	const host = address.replace(/[/:].*$/, "");
	return isLoopback(host) || !host.includes(".") || /^[\d.]+$/.test(host) || host.endsWith(".local");
};

export const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|\[?::1\]?)$/i.test(host);
