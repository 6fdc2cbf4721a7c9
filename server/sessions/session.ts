/** A live session: one log, one conversation, at most one host, any number of participants. */
import { join } from "node:path";
import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { configDir } from "../../ground/paths/runtimeDir.ts";
import type {
	AttachSessionResult,
	Decision,
	InputRequestParams,
	SessionState,
	Settings,
	SettingsPatch,
	TranscriptItem,
} from "../../protocol/index.ts";
import type { Backend, Environment } from "../backends/backend.ts";
import type { Backends } from "../backends/registry.ts";
import { systemPrompt } from "../context/systemPrompt.ts";
import { createRedaction, keepAll, type RedactTexts } from "../redaction/redaction.ts";
import { SessionSkills } from "../skills/sessionSkills.ts";
import type { KernelRow, Owner, SessionRow, Store } from "../store/store.ts";
import { Approvals } from "../tools/approvals.ts";
import { Door } from "../tools/call.ts";
import { changesText } from "../tools/changes/report.ts";
import { Grants } from "../tools/grants.ts";
import type { McpServers } from "../tools/mcp/servers.ts";
import { type Place, placeOf } from "../tools/places.ts";
import type { Rule } from "../tools/rules.ts";
import { Toolbox } from "../tools/toolbox.ts";
import { RequestError } from "./errors.ts";
import { ExactLogging } from "./files/exactLogging.ts";
import { newId } from "./ids.ts";
import { SessionLog } from "./log.ts";
import { mcpServersOf } from "./mcpServers.ts";
import { type Audience, Participants } from "./participants.ts";
import type { HostCommandAnswer } from "./python/host.ts";
import { type CommandCell, type CreateHost, Hosting } from "./python/hosting.ts";
import { loadConfig, loadSystemPrompt } from "./settings/config.ts";
import { recentModels, rememberModel } from "./settings/modelList.ts";
import { billedNotice, unlistedNotice } from "./settings/modelNotices.ts";
import { redactForModel } from "./settings/modelSecrets.ts";
import { permissionRules } from "./settings/permissionRules.ts";
import { settingSources } from "./settings/settingSources.ts";
import { changeSettings, passedOver } from "./settings/settings.ts";
import { skillsOf } from "./skills.ts";
import { promptFromCell } from "./turns/cellPrompt.ts";
import { Turns } from "./turns/turns.ts";

export type SessionDependencies = {
	readonly store: Store;
	readonly backends: Backends;
	readonly owner: Owner;
	readonly createHost: CreateHost;
	onLog(text: string): void;
};

/** Does what the words after `%ipyai` in a cell say. Never rejects. */
export type RunCommand = (session: Session, line: string, cell: CommandCell) => Promise<HostCommandAnswer>;

/** A kernel that nobody is in is kept this long, unless the person's file says otherwise. */
const keptHours = 24;
const hourMs = 60 * 60 * 1000;

/** What a model may look back at, in turns. */
const lookedChanges = 10;

/** More missed events than this and a snapshot is cheaper for everybody. */
const maxReplay = 5000;

export class Session {
	readonly sessionId: string;
	readonly cwd: string;
	readonly log: SessionLog;
	readonly participants: Participants;
	readonly hosting: Hosting;
	readonly approvals: Approvals;
	/** What the person has said "always" to. */
	readonly grants = new Grants();
	/** What they have allowed for this session in the form of rules. */
	readonly allowed: Rule[] = [];
	/** Found when it begins. */
	readonly skills: SessionSkills;
	/** Servers of others whose tools the model may be given. */
	readonly mcp: McpServers;
	readonly toolbox: Toolbox;
	readonly door: Door;
	readonly turns: Turns;
	readonly exactLog: ExactLogging;
	readonly #dependencies: SessionDependencies;
	readonly #createdAt: number;
	/** Read once: a change in mid-session would change the head of every request. */
	readonly #systemPromptTemplate: string | null;
	#settings: Settings;
	#environment: Environment;

	constructor(
		row: SessionRow,
		environment: Environment,
		settings: Settings,
		dependencies: SessionDependencies,
		runCommand: RunCommand,
	) {
		this.sessionId = row.sessionId;
		this.cwd = row.cwd;
		this.#createdAt = row.createdAt;
		this.#dependencies = dependencies;
		this.#environment = environment;
		this.#settings = settings;
		this.#systemPromptTemplate = loadSystemPrompt(environment);
		const { store, owner, createHost, backends } = dependencies;
		this.log = new SessionLog(store, row.sessionId, row.headSeq, (id) => this.participants.nameOf(id));
		this.participants = new Participants(this.log);
		this.approvals = new Approvals({
			log: this.log,
			newId,
			canAsk: () => this.participants.canApprove,
		});
		this.log.subscribe({
			onEvent: ({ event }) => {
				if (event.kind === "cellFinished") this.approvals.namespaceMoved();
				if (event.kind === "participantJoined" || event.kind === "participantLeft")
					this.hosting.setDetached(this.participants.areDetached);
			},
			onHint: () => {},
		});
		this.hosting = new Hosting({
			log: this.log,
			owner,
			createHost,
			seedsTools: () => loadConfig(this.#environment).config.seed_tools ?? true,
			requestInput: (by, request) => this.participants.requestInput(by, request),
			onCommand: async ({ line, body }, cell) =>
				body === null
					? runCommand(this, line, cell)
					: promptFromCell(this.log, this.turns, { line, body }, cell),
			onAttached: (host) => {
				host.mirrorRemark({ cwd: this.cwd, backend: this.#settings.backend });
				this.turns.prepare();
			},
		});
		this.skills = new SessionSkills(row.cwd, environment);
		this.mcp = mcpServersOf(this);
		this.toolbox = new Toolbox({
			skills: skillsOf(this),
			changes: () => changesText(store.changes(row.sessionId, lookedChanges)),
			python: () => this.hosting.host?.python ?? null,
			place: () => this.place(),
			environment: () => this.#environment,
			mcp: this.mcp,
			onTerminals: (running) => this.log.hint({ kind: "terminals", running }),
		});
		this.door = new Door({
			log: this.log,
			approvals: this.approvals,
			grants: this.grants,
			rules: () => this.permissionRules,
			mode: () => this.#settings.permissions,
			redact: (text) => this.redactForModel(text),
			place: () => placeOf(this.cwd, this.cwd, this.#environment),
			tools: () => this.toolbox.all,
		});
		this.turns = new Turns({
			log: this.log,
			hosting: this.hosting,
			toolbox: this.toolbox,
			mcp: this.mcp,
			door: this.door,
			cwd: row.cwd,
			settings: () => this.#settings,
			environment: () => this.#environment,
			backend: (name) => backends.find(name),
			// The date is the session's first day, so that the prefix stays the same over midnight and restarts.
			systemPrompt: (model) =>
				[
					systemPrompt({ model, today: new Date(this.#createdAt), template: this.#systemPromptTemplate }),
					this.skills.section,
				]
					.filter((text) => text !== "")
					.join("\n\n"),
			ready: this.skills,
			chooseModel: (backend, signal) => this.#chooseModel(backend, signal),
			onModelUsed: (backend, model) => {
				const [before] = recentModels(store, backend);
				if (before === model) return;
				if (before === undefined)
					this.#notice("info", billedNotice(this.#settings, this.#sources(this.#environment)));
				try {
					rememberModel(store, backend, model);
				} catch (error) {
					dependencies.onLog(`the model last used was not kept: ${(error as Error).message}`);
				}
			},
		});
		this.exactLog = new ExactLogging({
			log: this.log,
			isOn: () => this.#settings.logExact,
			path: () => join(configDir(placeFacts(this.#environment)), "exact-log.jsonl"),
			redact: () => this.redaction(),
			runningTurn: () => this.turns.runningTurn,
		});
	}

	/** Secrets stay out of the exact log and of notebooks unless the person's file says otherwise. */
	redaction(): RedactTexts {
		const { log_redact = true } = loadConfig(this.#environment).config;
		return log_redact ? createRedaction(this.#environment) : keepAll;
	}

	/** Where its tools work: with the folder that its Python is in now. */
	async place(): Promise<Place> {
		const now = await this.hosting.host?.python.cwd();
		return placeOf(this.cwd, now ?? this.cwd, this.#environment);
	}

	/** Takes secrets out of what goes to a model. */
	redactForModel(text: string): string {
		return redactForModel(this.#environment, text);
	}

	get settings(): Settings {
		return this.#settings;
	}

	get environment(): Environment {
		return this.#environment;
	}

	/** How long its kernel stays when nobody is in it. */
	get keepKernelMs(): number {
		return (loadConfig(this.#environment).config.keep_kernel_hours ?? keptHours) * hourMs;
	}

	get state(): SessionState {
		const row = this.#dependencies.store.session(this.sessionId);
		return {
			sessionId: this.sessionId,
			title: row?.title ?? null,
			cwd: this.cwd,
			settings: this.#settings,
			participants: [...this.participants.all],
			kernel: this.hosting.state,
			approvals: [...this.approvals.pending],
			queue: this.#dependencies.store.queuedTurns(this.sessionId),
			runningTurn: this.turns.runningTurn,
			input: toInputState(this.hosting.waitingInput),
			terminals: this.toolbox.terminals.running,
		};
	}

	/** Joins a participant and gives it all it misses; what happens from now on is sent to it. */
	attach(audience: Audience, since: number | null, limit: number): AttachSessionResult {
		this.participants.join(audience);
		if (audience.role === "controller") {
			this.#adoptEnvironment(audience.environment);
			this.mcp.open((text) => this.participants.warnOne(audience, text));
		}
		const result = {
			participantId: audience.participantId,
			seq: this.log.headSeq,
			state: this.state,
			replay: this.#replay(since, limit),
		};
		const { note, problems } = loadConfig(audience.environment);
		const others = passedOver(this.#settings, this.#sources(audience.environment));
		const greetings = audience.role === "controller" ? this.participants.takeGreetings() : [];
		for (const text of [...(note === null ? [] : [note]), ...problems, ...others, ...greetings])
			this.participants.warnOne(audience, text);
		// Prompts that waited when an earlier server ended need a person's environment.
		if (audience.role === "controller") this.turns.startNext();
		const waiting = this.hosting.waitingInput;
		if (waiting && audience.role === "controller" && audience.canInput)
			queueMicrotask(() => audience.requestInput(waiting));
		return result;
	}

	/** Credentials are those of the latest controller's shell. */
	#adoptEnvironment(environment: Environment): void {
		this.#environment = environment;
		const settings = changeSettings(this.#settings, {}, this.#sources(environment), "session");
		if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
		this.#settings = settings;
		this.log.settle([{ kind: "settingsChanged", settings }]);
	}

	#replay(since: number | null, limit: number): AttachSessionResult["replay"] {
		const { store } = this.#dependencies;
		if (since !== null && since <= this.log.headSeq) {
			const events = store.eventsAfter(this.sessionId, since, maxReplay);
			if (events) return { kind: "events", events };
		}
		const { items, hasEarlier } = store.transcript(this.sessionId, null, limit);
		return { kind: "snapshot", items: items.map((item) => this.#withPartial(item)), hasEarlier };
	}

	/** What has arrived of the running turn belongs to a snapshot too. */
	#withPartial(item: TranscriptItem): TranscriptItem {
		if (item.kind !== "turn" || item.turnId !== this.turns.runningTurn) return item;
		return { ...item, parts: [...item.parts, ...this.turns.partial] };
	}

	/** What was decided beforehand about tools. */
	get permissionRules(): readonly Rule[] {
		return [
			...permissionRules(this.#environment, placeOf(this.cwd, this.cwd, this.#environment).project),
			...this.allowed,
		];
	}

	/** Nothing is allowed beforehand any more but by rules in files. */
	forgetAllowed(): void {
		this.grants.clear();
		this.allowed.length = 0;
	}

	/** Answers an approval. Fails with `itemNotFound` when it is gone or answered. */
	answerApproval(approvalId: string, decision: Decision, message: string | null, by: string): void {
		const result = this.approvals.answer(approvalId, decision, message, by);
		if (result === "gone")
			throw new RequestError(
				"itemNotFound",
				`No approval ${approvalId} waits: it was answered or its turn ended.`,
			);
		if (result === "notOffered")
			throw new RequestError("invalidParams", `"Always" is not offered here: answer allow or deny.`);
	}

	/** Takes up a kernel that outlived another server. */
	readopt(row: KernelRow): void {
		this.hosting.adopt(row.launch, row);
	}

	configure(patch: SettingsPatch, by: "flag" | "session" = "session"): Settings {
		const before = this.#settings;
		const settings = changeSettings(before, patch, this.#sources(this.#environment), by);
		const isNewEpoch = settings.backend !== before.backend || settings.model !== before.model;
		const reason = `now ${settings.backend ?? "no backend"} with ${settings.model ?? "no model"}`;
		this.log.append([
			{ kind: "settingsChanged", settings },
			...(isNewEpoch ? [{ kind: "epochStarted" as const, reason }] : []),
		]);
		if (patch.permissions !== undefined) this.forgetAllowed();
		this.#settings = settings;
		if (isNewEpoch) this.turns.beginEpoch();
		this.hosting.host?.mirrorRemark({ cwd: this.cwd, backend: settings.backend });
		this.warm();
		if (patch.model !== undefined) void this.#checkModel(settings);
		return settings;
	}

	async #checkModel({ backend: name, model }: Settings): Promise<void> {
		const backend = name === null ? null : this.#dependencies.backends.find(name);
		if (backend && model !== null)
			this.#notice("warning", await unlistedNotice(backend, model, this.#environment));
	}

	#notice(level: "info" | "warning", text: string | null): void {
		if (text !== null) this.log.hint({ kind: "notice", level, text });
	}

	/** The model of a backend that has none to begin with: that of the person's own server, which is told and stays. */
	async #chooseModel(backend: Backend, signal: AbortSignal): Promise<string | null> {
		const first = (await backend.firstModel?.(this.#environment, signal)) ?? null;
		if (first?.isListed && !signal.aborted) {
			this.configure({ backend: backend.name, model: first.model });
			this.#notice(
				"info",
				`${first.model} answers, the first model that the server lists; %ipyai model shows the others.`,
			);
		}
		return first?.model ?? null;
	}

	/** New conversation; the namespace and its cells stay, but earlier ones are not sent any more. */
	reset(): void {
		this.log.add({ kind: "conversationReset" });
		this.turns.forgetTranscript();
		this.hosting.host?.forgetPrompts();
		this.hosting.host?.mirrorRemark({ provider_session_id: null });
	}

	/** Leaves a turn out of what the model is sent from now on, or takes it in again. */
	hideTurn(turnId: string, hidden: boolean): void {
		this.log.append([
			{ kind: "turnHidden", turnId, hidden },
			{ kind: "epochStarted", reason: hidden ? "a prompt was hidden" : "a hidden prompt was shown again" },
		]);
		this.turns.forgetTranscript();
	}

	/** Lets the backend get ready while the person types. */
	warm(): void {
		const { backend, login } = this.#settings;
		if (backend !== null && login.kind !== "missing")
			this.#dependencies.backends.find(backend)?.warm(this.#environment);
		this.turns.prepare();
	}

	/** Ends turn and kernel. The transcript stays. */
	async close(): Promise<void> {
		// At once: ending all of it can take seconds, in which the session is not lost.
		try {
			this.#dependencies.store.markClosed(this.sessionId);
		} catch (error) {
			this.#dependencies.onLog(`${this.sessionId} will be listed as lost: ${(error as Error).message}`);
		}
		await this.turns.settle();
		await this.turns.dispose();
		await Promise.all([this.toolbox.terminals.dispose(), this.mcp.dispose()]);
		await this.hosting.release("exited");
		await this.exactLog.settled();
		this.log.end();
	}

	/** Leaves the kernel running and lets go of everything: the server is ending. */
	async keep(): Promise<void> {
		await this.turns.dispose();
		await Promise.all([this.toolbox.terminals.dispose(), this.mcp.dispose()]);
		await this.hosting.keep();
		await this.exactLog.settled();
		this.log.end();
	}

	#sources(environment: Environment) {
		return settingSources(environment, this.#dependencies);
	}
}

const toInputState = (request: InputRequestParams | null): SessionState["input"] => {
	if (request === null) return null;
	const { sessionId: _, ...input } = request;
	return input;
};
