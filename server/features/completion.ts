import { withLineFeeds } from "../../ground/text/lineEnds.ts";
import { plainText } from "../../ground/text/plainText.ts";
import type { Variable } from "../../protocol/index.ts";
import { howToGetOne } from "../backends/registry.ts";
import { CompletionError } from "../completions/askModel.ts";
import type { CompletionRequest } from "../completions/completionRequest.ts";
import { namesNear } from "../completions/namesNear.ts";
import type { Insertion } from "../completions/postprocess.ts";
import { isContextCode } from "../context/contextCell.ts";
import { RequestError } from "../sessions/errors.ts";
import type { Host } from "../sessions/python/host.ts";
import type { Session } from "../sessions/session.ts";
import { redactForModel } from "../sessions/settings/modelSecrets.ts";
import { namedBackend } from "../sessions/settings/settings.ts";
import type { Client } from "./client.ts";
import type { Feature, Services } from "./feature.ts";
import { sessionFor } from "./sessionFor.ts";

/** How many of the newest cells a suggestion is told about. */
const recentCells = 20;
/** How many cells above one in a notebook may say what its names are. */
const cellsAbove = 500;
/** How much of a document is looked at around the cursor, in characters. */
const maxBefore = 100_000;
const maxAfter = 20_000;
/** Looks at live objects must not hold up a suggestion. */
const lookTimeoutMs = 150;
/** LSP's `InlineCompletionTriggerKind.Automatic`. */
const automatic = 2;

/** `textDocument/inlineCompletion`, on files, notebooks' cells and clients' input lines alike. */
export const completionFeature: Feature = {
	register(client, services) {
		const told = new Set<string>();

		client.onRequest(
			"textDocument/inlineCompletion",
			async ({ textDocument: { uri }, position, context }, signal) => {
				const document = client.documents.requireLine(uri, position);
				const { revision } = document;
				// As if what the menu has chosen were typed already.
				const chosen = context.selectedCompletionInfo ?? {
					range: { start: position, end: position },
					text: "",
				};
				const before = document.before(chosen.range.start, maxBefore);
				const after = document.after(chosen.range.end, maxAfter);
				const place = {
					uri,
					prefix: withLineFeeds(before + chosen.text),
					suffix: withLineFeeds(after),
				};
				const isAutomatic = context.triggerKind === automatic;
				const wish = { automatic: isAutomatic, instead: context.instead ?? [] };
				const found = await suggest(client, services, place, wish, signal).catch((error) => {
					// An editor would show it with every key: it is said once.
					if (!isAutomatic || client.facts.speaksAiShell || !(error instanceof RequestError)) throw error;
					if (told.has(error.message)) return null;
					told.add(error.message);
					client.say(2, plainText(error.message));
					return null;
				});
				const isSame = client.documents.find(uri) === document && document.revision === revision;
				if (found === null || !isSame) return { items: [] };
				const { text, replaced } = found;
				const hasBoth = before.includes("\r\n") || after.includes("\r\n");
				const lines = hasBoth ? text.replaceAll("\n", "\r\n") : text;
				const { start, end } = chosen.range;
				// What it takes the place of is brackets and quotes, a unit each in any encoding.
				const range = { start, end: { ...end, character: end.character + replaced } };
				return { items: [{ insertText: chosen.text + lines, range }] };
			},
		);

		client.onNotification("textDocument/didShowCompletion", () => services.completions.count("shown"));
		client.onNotification("textDocument/didPartiallyAcceptCompletion", () =>
			services.completions.count("partiallyAccepted"),
		);
	},
};

type Place = Pick<CompletionRequest, "prefix" | "suffix"> & { readonly uri: string };

const suggest = async (
	client: Client,
	services: Services,
	place: Place,
	wish: Pick<CompletionRequest, "automatic" | "instead">,
	signal: AbortSignal,
): Promise<Insertion | null> => {
	await client.configured;
	if (wish.automatic && client.editorSettings.automaticSuggestions === false) return null;
	const session = sessionFor(client, services, place.uri);
	const host = session?.hosting.host ?? null;
	const environment = session?.environment ?? client.facts.environment;
	try {
		const completion = await services.completions.complete({
			prefix: place.prefix,
			suffix: place.suffix,
			documentKey: client.documentKey(place.uri),
			...(await chooseModel(client, services, session, signal)),
			above: client.documents.codeAbove(place.uri, cellsAbove),
			kernelId: session?.hosting.kernelId ?? null,
			...wish,
			environment,
			redact: (text) => redactForModel(environment, text),
			cwd: session?.cwd ?? client.facts.cwd,
			gather: async (until) => {
				const [variables, described] = await Promise.all([
					look<readonly Variable[]>(host, [], until, (live, limit) => live.variables(null, limit)),
					look<readonly Variable[]>(host, [], until, (live, limit) => live.describe(namesNear(place), limit)),
				]);
				return { cells: cellsFor(client, services, session, place.uri), variables, described };
			},
			findMissing: (accesses, until) =>
				look(host, [], until, (live, limit) => live.findMissing(accesses, limit)),
			signal,
			gone: client.gone,
		});
		session?.exactLog.completion(place.prefix, place.suffix, completion?.text ?? null);
		return completion;
	} catch (error) {
		if (error instanceof CompletionError)
			throw new RequestError("requestFailed", error.message, { cause: error });
		throw error;
	}
};

/** What ran in the session, then the cells above in a notebook that did not. */
const cellsFor = (client: Client, { store }: Services, session: Session | null, uri: string) => {
	const ran = session
		? store.recentCells(session.sessionId, recentCells).filter(({ code }) => isContextCode(code))
		: [];
	const known = new Set(ran.map(({ code }) => code.trim()));
	const above = client.documents.codeAbove(uri, recentCells).filter((code) => !known.has(code.trim()));
	return [...ran, ...above.map((code) => ({ code, outputs: [] }))];
};

/** An editor's own wish counts before the session's. */
const chooseModel = async (
	client: Client,
	{ backends }: Services,
	session: Session | null,
	signal: AbortSignal,
) => {
	const wish = client.editorSettings;
	const name =
		wish.backend ?? session?.settings.backend ?? backends.firstReady(client.facts.environment)?.name;
	if (name === undefined || name === null) throw new RequestError("backendNotReady", howToGetOne);
	const backend = namedBackend(name, backends);
	const own = session?.settings.backend === backend.name ? session.settings : null;
	const environment = session?.environment ?? client.facts.environment;
	const model =
		wish.completionModel ??
		own?.completionModel ??
		backend.defaultCompletionModel ??
		own?.model ??
		(await backend.firstModel?.(environment, signal))?.model ??
		null;
	if (model === null)
		throw new RequestError(
			"backendNotReady",
			`Backend ${backend.name} has no completion model: set one with %ipyai completion_model NAME, or as ipyai.completionModel in the editor's settings.`,
		);
	return { backend, model };
};

/** A look at the live namespace where it costs no waiting; a suggestion without it is better than none. */
const look = async <T>(
	host: Host | null,
	otherwise: T,
	signal: AbortSignal,
	ask: (host: Host, signal: AbortSignal) => Promise<T>,
): Promise<T> => {
	if (!host?.capabilities.subshell) return otherwise;
	try {
		return await ask(host, AbortSignal.any([signal, AbortSignal.timeout(lookTimeoutMs)]));
	} catch {
		return otherwise;
	}
};
