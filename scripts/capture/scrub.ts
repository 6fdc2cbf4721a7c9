/** Takes what differs from run to run out of recorded lines of JSON, and lists that say nothing about the form. */

const noise =
	/^(cwd|messaging_socket_path|fast_mode_state|mcp_servers|memory_paths|slash_commands|terminal_slash_commands|agents|skills|plugins|capabilities|userAgent|platformFamily|platformOs|rateLimits|instructionSources|models|hookStates|config)$/;
const clock = /(_ms|Ms|_at|At|timestamp|createdAt|create_time|pid|processId)$/;

/** `places` are paths with what stands for them. Ids become numbers in the order they come. */
export const scrub = (text: string, places: Readonly<Record<string, string>>): string => {
	const ids = new Map<string, string>();
	const toNumber = (id: string) => {
		if (!ids.has(id)) ids.set(id, `00000000-0000-4000-8000-${String(ids.size + 1).padStart(12, "0")}`);
		return ids.get(id)!;
	};
	const lines = text.split("\n").map((line) =>
		JSON.stringify(JSON.parse(line), (key, value) => {
			if (noise.test(key)) return undefined;
			return clock.test(key) && (typeof value === "number" || typeof value === "string") ? 0 : value;
		}),
	);
	let clean = lines.join("\n");
	for (const [place, name] of Object.entries(places)) clean = clean.replaceAll(place, name);
	return clean
		.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, toNumber)
		.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:1")
		.replace(/Chunk ID: \w+/g, "Chunk ID: 1")
		.replace(/Wall time: [\d.]+/g, "Wall time: 0.0000");
};
