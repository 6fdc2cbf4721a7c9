/** What was made for an environment, so that connections stay warm between turns. */
import type { Environment } from "../backend.ts";

const relevant =
	/^(ANTHROPIC|OPENAI|OLLAMA_HOST|HOME$|CODEX_HOME$|CLAUDE_CONFIG_DIR$|IPYAI_|.*_API_KEY$|.*_TOKEN$|(https?|all|no)_proxy$|NODE_EXTRA_CA_CERTS$|SSL_CERT_FILE$)/i;

/** Equal for environments that lead to the same provider with the same credentials. It holds secrets. */
export const environmentKey = (environment: Environment): string => {
	const names = Object.keys(environment).filter((name) => relevant.test(name));
	return JSON.stringify(names.sort().map((name) => [name, environment[name]]));
};

/** The keys hold secrets of environments that may be long gone. */
const maxKept = 8;

/** SDK clients by environment and what else their making depends on. A failed making is tried again. */
export class ClientCache<T> {
	readonly #clients = new Map<string, Promise<T>>();

	get(environment: Environment, variant: string, make: () => Promise<T>): Promise<T> {
		const key = `${variant}\n${environmentKey(environment)}`;
		let client = this.#clients.get(key);
		if (client === undefined) {
			client = make();
			client.catch(() => this.#clients.delete(key));
			this.#clients.set(key, client);
			if (this.#clients.size > maxKept) this.#clients.delete(this.#clients.keys().next().value!);
		}
		return client;
	}
}
