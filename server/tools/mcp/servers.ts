/**
 * The MCP servers of a session: those of the person's own files, and those that a project brings once the person has
 * approved the file as it is. They start when the first person comes, and none outlives the session.
 */
import { plainText } from "../../../ground/text/plainText.ts";
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { ToolDescription } from "../../../protocol/index.ts";
import type { Tool } from "../tool.ts";
import { type ConfiguredServer, McpServer, type ServerSurroundings } from "./server.ts";
import { formText } from "./serverForm.ts";

/** A file that a project brings. `key` stands for it with exactly this content. */
export type ProjectFile = {
	readonly path: string;
	readonly key: string;
	readonly servers: readonly ConfiguredServer[];
};

export type McpSources = {
	/** Of files of the person's own; the first of a name counts. */
	readonly own: readonly ConfiguredServer[];
	/** The nearest to the session's folder first. */
	readonly projectFiles: readonly ProjectFile[];
	/** What is wrong with files, in sentences. */
	readonly problems: readonly string[];
};

export type Decision = "approved" | "refused";

export type McpServersOptions = ServerSurroundings & {
	/** What the files say now. Never rejects. */
	read(): Promise<McpSources>;
	decisionOn(key: string): Decision | null;
	decide(key: string, decision: Decision | null): void;
};

type Chosen = { readonly tools: readonly Tool[]; readonly left: number };

/** How long a prompt waits for servers that start. */
const startWaitMs = 5000;
/** Providers take 128 tools in all (https://platform.openai.com/docs/guides/function-calling). */
const maxTools = 100;
/** Of all descriptions and schemas together: they stand at the head of every request. */
const maxToolChars = 400_000;

export class McpServers {
	readonly #options: McpServersOptions;
	#servers: readonly McpServer[] = [];
	#sources: McpSources = { own: [], projectFiles: [], problems: [] };
	/** Files that the person has seen as they are. */
	readonly #shown = new Set<string>();
	#opening: Promise<void> | null = null;
	#isDisposed = false;
	/** Resolves when those that start have started, or took too long. */
	#settled: Promise<void> = Promise.resolve();
	#isSettled = true;
	#choice: Chosen & { readonly from: readonly (readonly Tool[])[] } = { from: [], tools: [], left: 0 };

	constructor(options: McpServersOptions) {
		this.#options = options;
	}

	get servers(): readonly McpServer[] {
		return this.#servers;
	}

	get problems(): readonly string[] {
		return this.#sources.problems;
	}

	/** Files of the project with what was decided about each. */
	get projectFiles(): readonly (ProjectFile & { readonly decision: Decision | null })[] {
		return this.#sources.projectFiles.map((file) => ({
			...file,
			decision: this.#options.decisionOn(file.key),
		}));
	}

	/** As many as requests have room for. */
	get tools(): readonly Tool[] {
		return this.#chosen().tools;
	}

	/** How many tools there is no room for. */
	get tooMany(): number {
		return this.#chosen().left;
	}

	/** False: `ready` has something to wait for. */
	get isSettled(): boolean {
		return this.#isSettled;
	}

	/** A person has come: starts what there is, the first time; asks them what is to be asked. */
	open(ask: (text: string) => void): void {
		if (this.#opening === null) {
			this.#isSettled = false;
			this.#opening = this.refresh();
		}
		void this.#opening.then(() => this.#ask(ask));
	}

	/** Resolves when a prompt need not wait any longer. */
	async ready(signal: AbortSignal): Promise<void> {
		if (this.#isSettled || signal.aborted) return;
		await new Promise<void>((resolve) => {
			signal.addEventListener("abort", () => resolve(), { once: true });
			void this.#opening?.then(() => this.#settled).then(resolve);
		});
	}

	/** Reads the files anew: what they do not say any more ends, what they say now starts. */
	async refresh(): Promise<void> {
		const sources = await this.#options.read();
		if (this.#isDisposed) return;
		this.#sources = sources;
		const wanted = this.#wanted();
		const identity = (configured: ConfiguredServer): string => JSON.stringify(configured);
		const isWanted = new Set(wanted.map(identity));
		const gone = this.#servers.filter(({ configured }) => !isWanted.has(identity(configured)));
		const stay = new Map(this.#servers.map((server) => [identity(server.configured), server]));
		const fresh: McpServer[] = [];
		this.#servers = wanted.map((configured) => {
			const known = stay.get(identity(configured));
			if (known) return known;
			const server = new McpServer(configured, this.#options);
			fresh.push(server);
			return server;
		});
		for (const server of gone) void server.dispose();
		if (gone.length > 0 && fresh.length === 0) this.#options.onChanged();
		this.#startAll(fresh);
	}

	/** False where there is no such server. */
	async restart(name: string): Promise<McpServer | null> {
		const server = this.find(name);
		if (server === null) return null;
		await server.dispose();
		if (this.#isDisposed) return null;
		await server.start();
		this.#options.onChanged();
		return server;
	}

	/**
	 * Begins a login. The address is for the person, who is told when it has worked or why not; `null` where none was
	 * needed. Rejects with a sentence.
	 */
	async login(server: McpServer): Promise<string | null> {
		const { tell } = this.#options;
		const { address, done } = await server.beginLogin();
		const ended = done.then(
			async () => {
				await this.restart(server.name);
				if (server.state.kind === "ready") tell("info", `Logged in at the MCP server ${server.name}.`);
			},
			({ message }: Error) =>
				tell("warning", `No login at the MCP server ${server.name}: ${headOf(plainText(message), 500)}.`),
		);
		if (address === null) await ended;
		return address;
	}

	find(name: string): McpServer | null {
		return this.#servers.find((server) => server.name === name) ?? null;
	}

	/**
	 * Decides about all files of the project, and starts or ends what they name. Approved is what the person was shown: a
	 * file that has become another since is `unseen`.
	 */
	async decide(
		decision: Decision | null,
	): Promise<{ readonly decided: readonly ProjectFile[]; readonly unseen: readonly ProjectFile[] }> {
		await this.refresh();
		const files = this.projectFiles.filter((file) => file.decision !== decision);
		const isSeen = ({ key }: ProjectFile): boolean => decision !== "approved" || this.#shown.has(key);
		const decided = files.filter(isSeen);
		for (const { key } of decided) this.#options.decide(key, decision);
		await this.refresh();
		await this.#settled;
		return { decided, unseen: files.filter((file) => !isSeen(file)) };
	}

	/** What a file would start, a row each. Who is told it has seen the file as it is. */
	show({ key, servers }: ProjectFile): readonly string[] {
		this.#shown.add(key);
		return servers.map(({ name, form }) => `  ${name}: ${formText(form)}`);
	}

	async dispose(): Promise<void> {
		this.#isDisposed = true;
		const servers = this.#servers;
		this.#servers = [];
		await Promise.all(servers.map((server) => server.dispose()));
	}

	#wanted(): ConfiguredServer[] {
		const { own, projectFiles } = this.#sources;
		const approved = projectFiles.filter(({ key }) => this.#options.decisionOn(key) === "approved");
		const all = new Map<string, ConfiguredServer>();
		for (const server of [...own, ...approved.flatMap(({ servers }) => servers)])
			if (!all.has(server.name)) all.set(server.name, server);
		return [...all.values()];
	}

	#startAll(servers: readonly McpServer[]): void {
		if (servers.length === 0) {
			this.#isSettled = true;
			return;
		}
		const { onChanged, tell } = this.#options;
		this.#isSettled = false;
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, startWaitMs);
		});
		const starts = servers.map((server) =>
			server.start().then(() => {
				// Who comes in time is told of together with the others.
				if (this.#isSettled && !this.#isDisposed) onChanged();
			}),
		);
		this.#settled = Promise.race([Promise.all(starts), late]).then(() => {
			clearTimeout(timer);
			this.#isSettled = true;
			if (this.#isDisposed) return;
			onChanged();
			const missing = servers.filter(({ state }) => state.kind === "starting").map(({ name }) => name);
			if (missing.length > 0)
				tell(
					"warning",
					`Still starting: the MCP ${missing.length === 1 ? "server" : "servers"} ${missing.join(", ")}. The tools come with a later prompt.`,
				);
			if (this.tooMany > 0)
				tell(
					"warning",
					`${this.tooMany} tools of MCP servers are left out: a request has room for ${maxTools}, and for ${maxToolChars} characters of them.`,
				);
		});
	}

	/** A file that nobody has decided about is told of, with what it would start. */
	#ask(ask: (text: string) => void): void {
		if (this.#isDisposed) return;
		for (const file of this.projectFiles) {
			if (file.decision !== null || file.servers.length === 0) continue;
			ask(
				[
					`${file.path} brings MCP servers. Nothing of it is started before you have approved it as it is:`,
					...this.show(file),
					"%ipyai mcp approve starts them, %ipyai mcp refuse does not ask again.",
				].join("\n"),
			);
		}
	}

	/** Made anew when a server has others. */
	#chosen(): Chosen {
		const lists = this.#servers.map((server) => server.tools);
		const { from } = this.#choice;
		if (from.length !== lists.length || from.some((list, at) => list !== lists[at]))
			this.#choice = { from: lists, ...this.#choose() };
		return this.#choice;
	}

	#choose(): Chosen {
		const names = new Set<string>();
		const tools: Tool[] = [];
		let chars = 0;
		let left = 0;
		for (const server of this.#servers)
			for (const tool of server.tools) {
				const size = sizeOf(tool);
				// Two servers whose names are cleaned to the same one: the first counts.
				if (names.has(tool.name)) continue;
				if (tools.length === maxTools || chars + size > maxToolChars) {
					left++;
					continue;
				}
				names.add(tool.name);
				chars += size;
				tools.push(tool);
			}
		return { tools, left };
	}
}

const sizeOf = ({ name, description, inputSchema }: ToolDescription): number =>
	name.length + description.length + JSON.stringify(inputSchema).length;
