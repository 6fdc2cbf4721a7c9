/** Alt-. in the input line: the line is a document of the session, what is suggested stands dimmed at the cursor. */
import { inputDocumentUri } from "../../../protocol/inputDocument.ts";
import { NotConnected } from "../../common/session/liveSession.ts";
import type { Shell } from "../../common/shell/shell.ts";
import { type Suggestion, Suggestions, toPosition } from "../../common/suggestions/suggestions.ts";
import type { Editor } from "../editor/types.ts";

export type InlineSuggestionOptions = {
	readonly shell: Shell;
	readonly editor: Editor;
	/** Says until the next key what became of it; `null` when there is nothing to say. */
	tell(message: string | null): void;
};

/** `taken` units of it are in the line already. */
type Shown = Insertion & { readonly id: number; readonly taken: number };

/** What is added at the cursor of a line, and what of the line behind it that takes the place of. */
type Insertion = { readonly text: string; readonly replaced: string };

/** What was suggested at one place, in the order it came. */
type Round = { readonly before: string; readonly all: Shown[]; index: number };

export class InlineSuggestion {
	readonly #options: InlineSuggestionOptions;
	readonly #suggestions: Suggestions;
	#round: Round = { before: "", all: [], index: -1 };
	#kernelId: string | undefined;

	constructor(options: InlineSuggestionOptions) {
		this.#options = options;
		this.#suggestions = new Suggestions(async () => {
			const { server } = options.shell.live;
			if (server === null) throw new NotConnected("there is no server now");
			return server;
		});
	}

	/** Asks for a suggestion at the cursor; while one is shown, shows another. */
	async ask(): Promise<void> {
		const { shell, editor, tell } = this.#options;
		const { view } = shell;
		if (view === null) return tell("no suggestion yet: the session is starting");
		const { text, cursor } = editor;
		const round = this.#roundHere();
		if (this.#show(round, round.index + 1)) return;
		const other = round.all.length > 0 ? "other " : "";
		tell(`looking for ${other === "" ? "a " : "an"}${other}suggestion`);
		try {
			const [found] = await this.#suggestions.suggest({
				uri: inputDocumentUri(view.sessionId, view.participantId),
				languageId: "python",
				text,
				position: toPosition(text, cursor),
				instead: round.all.map((each) => each.text),
				trigger: "asked",
			});
			if (this.#round !== round || editor.text !== text || editor.cursor !== cursor) return;
			const insertion = found === undefined ? null : insertionOf(found);
			tell(insertion === null ? `no ${other}suggestion` : null);
			if (insertion === null) return;
			round.all.push({ id: found!.id, ...insertion, taken: 0 });
			this.#show(round, round.all.length - 1);
		} catch (error) {
			if (this.#round === round) tell(`no ${other}suggestion: ${(error as Error).message.split("\n")[0]}`);
		}
	}

	/** Shows the one before; false when there is none. */
	previous(): boolean {
		const round = this.#roundHere();
		return this.#show(round, round.index - 1);
	}

	/** The text or the cursor moved: what was asked is of no use any more. */
	cancel(): void {
		this.#suggestions.cancel();
	}

	/** Another kernel has other variables: what was suggested for the one before goes. */
	follow(): void {
		const kernelId = this.#options.shell.view?.kernel?.kernelId;
		if (kernelId === this.#kernelId) return;
		if (this.#kernelId !== undefined) {
			this.cancel();
			this.#options.editor.setGhost(null);
		}
		this.#kernelId = kernelId;
	}

	/** The round at the cursor: after a part was taken it begins anew with the rest. */
	#roundHere(): Round {
		const { text, cursor, suggestion } = this.#options.editor;
		const before = text.slice(0, cursor);
		const { all, index, before: place } = this.#round;
		if (suggestion !== "" && before === place) return this.#round;
		const shown = suggestion === "" ? undefined : all[index];
		const rest = shown && {
			id: shown.id,
			text: suggestion,
			replaced: shown.replaced,
			taken: shown.taken + before.length - place.length,
		};
		this.#round = { before, all: rest ? [rest] : [], index: rest ? 0 : -1 };
		return this.#round;
	}

	#show(round: Round, index: number): boolean {
		const shown = round.all[index];
		if (shown === undefined) return false;
		round.index = index;
		const { id, text, replaced, taken } = shown;
		const onAccept = (length: number): void => this.#suggestions.accepted(id, taken + length);
		this.#options.editor.setGhost({ text, replaced, onAccept });
		this.#suggestions.shown(id);
		return true;
	}
}

/** `null` where what stands behind would have to change otherwise than by what is added around it. */
const insertionOf = ({ text, replaced }: Suggestion): Insertion | null => {
	if (text.endsWith(replaced)) {
		const added = text.slice(0, text.length - replaced.length);
		return added === "" ? null : { text: added, replaced: "" };
	}
	return text.includes(replaced) ? { text, replaced } : null;
};
