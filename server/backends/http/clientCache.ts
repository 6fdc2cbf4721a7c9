/** SDK clients by what their making depends on, so that connections stay warm between turns. */
import type { Environment } from "../backend.ts";

const relevant =
	/^(ANTHROPIC|OPENAI|OLLAMA_HOST|HOME$|CODEX_HOME$|CLAUDE_CONFIG_DIR$|IPYAI_|.*_API_KEY$|.*_TOKEN$|https?_proxy$|no_proxy$|NODE_EXTRA_CA_CERTS$|SSL_CERT_FILE$)/i;

/** Equal for environments that lead to the same provider with the same credentials. It holds secrets. */
export const environmentKey = (environment: Environment, variant = ""): string => {
	const names = Object.keys(environment).filter((name) => relevant.test(name));
	return JSON.stringify([variant, names.sort().map((name) => [name, environment[name]])]);
};

/** `variant` tells apart clients of one environment, for example by endpoint. A failed making is tried again. */
export const clientCache = <T>(make: (environment: Environment, variant: string) => Promise<T>) => {
	const clients = new Map<string, Promise<T>>();
	return {
		get(environment: Environment, variant = ""): Promise<T> {
			const key = environmentKey(environment, variant);
			let client = clients.get(key);
			if (client === undefined) {
				client = make(environment, variant);
				client.catch(() => clients.delete(key));
				clients.set(key, client);
				// The keys hold secrets of environments that may be long gone.
				if (clients.size > 8) clients.delete(clients.keys().next().value!);
			}
			return client;
		},
		clear: () => clients.clear(),
	};
};
