/** A session's MCP servers: what of the session they work with. */
import type { Environment } from "../backends/backend.ts";
import { fetchFor } from "../backends/http/fetch.ts";
import { basicEnvironment } from "../tools/commands/environment.ts";
import { McpServers } from "../tools/mcp/servers.ts";
import { type Place, placeOf } from "../tools/places.ts";
import type { SessionLog } from "./log.ts";
import { mcpDecision, mcpSources, rememberDecision } from "./settings/mcpFiles.ts";
import { mcpLogins } from "./settings/mcpLogins.ts";

/** The session, as far as its servers go. */
export type ServedSession = {
	readonly cwd: string;
	readonly environment: Environment;
	readonly log: SessionLog;
	readonly turns: { toolsChanged(): void };
	/** With the folder that its Python is in now. */
	place(): Promise<Place>;
};

export const mcpServersOf = (session: ServedSession): McpServers => {
	const { cwd, log } = session;
	const here = (): Place => placeOf(cwd, cwd, session.environment);
	return new McpServers({
		place: () => session.place(),
		root: () => here().project,
		variables: () => session.environment,
		environment: () => basicEnvironment(session.environment),
		fetch: () => fetchFor(session.environment),
		logins: () => mcpLogins(session.environment),
		// Without links: Claude Code knows folders by these names.
		read: () => mcpSources(session.environment, here().cwd, here().project),
		decisionOn: (key) => mcpDecision(log.store, key),
		decide: (key, decision) => rememberDecision(log.store, key, decision),
		onChanged: () => session.turns.toolsChanged(),
		tell: (level, text) => log.hint({ kind: "notice", level, text }),
	});
};
