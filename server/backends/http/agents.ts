/**
 * How an environment reaches servers: by its proxy, and trusting the certificates it names. Node's own support for
 * both follows the server process's environment, which is not the person's; an `Agent` takes its own.
 */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { rootCertificates } from "node:tls";
import type { Environment } from "../backend.ts";
import { firstSet } from "../programs/environment.ts";
import { isLoopback } from "./baseUrl.ts";
import { UnusableProxy } from "./failure.ts";

/** The agent for an address: its connections rest between requests. Throws `UnusableProxy`. */
export const agentsOf = (environment: Environment): ((url: URL) => HttpAgent) => {
	const ca = certificates(environment);
	const made = new Map<string, HttpAgent>();
	return (url) => {
		const isSecure = url.protocol === "https:";
		const proxy = isDirect(url, environment) ? null : proxyFor(isSecure ? "https" : "http", environment);
		const key = `${isSecure} ${proxy}`;
		let agent = made.get(key);
		if (agent === undefined) {
			const proxyEnv = proxy === null ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
			const options = { keepAlive: true, proxyEnv };
			agent = isSecure
				? new HttpsAgent({ ...options, ...(ca === null ? {} : { ca }) })
				: new HttpAgent(options);
			made.set(key, agent);
		}
		return agent;
	};
};

/** As curl reads them. */
const proxyFor = (scheme: "http" | "https", environment: Environment): string | null => {
	const own = `${scheme}_proxy`;
	const named = firstSet(environment, [own, own.toUpperCase(), "all_proxy", "ALL_PROXY"]);
	if (named === null) return null;
	const address = named.value.includes("://") ? named.value : `http://${named.value}`;
	if (/^https?:/i.test(address) && URL.canParse(address)) return address;
	const what = /^socks/i.test(address) ? "a SOCKS proxy" : "no address of an HTTP proxy";
	throw new UnusableProxy(
		`${named.name} is ${withoutLogin(named.value)}, ${what}: set ${own.toUpperCase()} to an HTTP proxy, or name the server in NO_PROXY`,
	);
};

/** This machine is never behind a proxy. */
const isDirect = ({ protocol, hostname, port }: URL, environment: Environment): boolean => {
	const host = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
	const names =
		firstSet(environment, ["no_proxy", "NO_PROXY"])
			?.value.toLowerCase()
			.split(/[\s,]+/) ?? [];
	return (
		isLoopback(hostname) ||
		names.some((name) => {
			const bare = name.replace(/^\*?\./, "");
			return ["*", host].includes(name) || `.${hostname}`.endsWith(`.${bare}`) || isWithin(hostname, name);
		})
	);
};

/** An address is in a range such as `10.0.0.0/8`. */
const isWithin = (address: string, range: string): boolean => {
	const [net = "", bits = ""] = range.split("/");
	const isAddress = (text: string) => /^\d+\.\d+\.\d+\.\d+$/.test(text);
	if (!isAddress(address) || !isAddress(net) || !/^([12]?\d|3[0-2])$/.test(bits)) return false;
	const head = (text: string) =>
		Math.floor(text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) / 2 ** (32 - Number(bits)));
	return head(address) === head(net);
};

/** Whom to trust, where the environment names more than everybody. */
const certificates = (environment: Environment): string[] | null => {
	const file = firstSet(environment, ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])?.value;
	if (file === undefined) return null;
	try {
		return [...rootCertificates, readFileSync(file, "utf8")];
	} catch {
		// As Node does: a connection that needs them says which certificate is not trusted.
		return null;
	}
};

/** An address as it may be shown: who logs in there, and how, is nobody's business. */
const withoutLogin = (address: string): string => address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/@]*@/i, "$1");
