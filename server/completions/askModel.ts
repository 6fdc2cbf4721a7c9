/** A backend's completion model, asked for one suggestion: no tools, no history, least effort. */
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { TurnUpdate } from "../backends/backend.ts";
import type { CompletionRequest } from "./completionRequest.ts";
import { buildCompletionPrompt, buildFill, type Surroundings } from "./prompt.ts";

/** A model call for a suggestion failed; the message is short enough for a status line. */
export class CompletionError extends Error {
	override readonly name = "CompletionError";
}

type TurnEnd = Extract<TurnUpdate, { kind: "end" }>;

const maxOutputTokens = 256;
/** However long what the provider says is. */
const maxAnswerChars = 8000;

/** What the model says, `null` when it was stopped. Fails with `CompletionError`. */
export const askModel = async (
	request: CompletionRequest,
	surroundings: Surroundings,
	signal: AbortSignal,
): Promise<string | null> => {
	const { prefix, suffix, instead, backend } = request;
	const redact = (text: string) => request.redact(text);
	const { system, user } = buildCompletionPrompt({ prefix, suffix, instead, redact, ...surroundings });
	let text = "";
	const impatient = new AbortController();
	const updates = backend.runTurn({
		conversationId: `completions:${request.documentKey}`,
		environment: request.environment,
		cwd: request.cwd,
		systemPrompt: system,
		transcript: [{ role: "user", content: [{ kind: "text", text: user }] }],
		tools: [],
		model: request.model,
		// Fixed: a suggestion that comes late is worth nothing.
		think: "l",
		search: null,
		maxRounds: 1,
		maxOutputTokens,
		fill: buildFill({ prefix, suffix, cells: surroundings.cells, redact }),
		signal: AbortSignal.any([signal, impatient.signal]),
		callTool: async ({ callId }) => ({ callId, content: [], isError: true }),
		permitProviderTool: async () => "Not available here.",
		takeSteering: () => [],
	});
	for await (const update of updates) {
		if (update.kind === "text") text = headOf(text + update.text, maxAnswerChars);
		// What comes after a second attempt comes too late, and who still wants it asks again.
		if (update.kind === "retrying") {
			impatient.abort();
			throw new CompletionError(`${backend.name}: ${update.reason}`);
		}
		if (update.kind !== "end") continue;
		if (update.stopReason === "cancelled") return null;
		// The line that was not finished says nothing.
		if (update.stopReason === "maxTokens" && text.includes("\n"))
			text = text.slice(0, text.lastIndexOf("\n"));
		if (update.stopReason === "failed") throw new CompletionError(failureOf(backend.name, update));
	}
	return text;
};

/** What came back; what may be done about a prompt is nothing for a suggestion. */
const failureOf = (backend: string, { reason, error }: Pick<TurnEnd, "reason" | "error">): string =>
	reason === undefined ? (error ?? "The completion failed.") : `${backend}: ${reason}`;
