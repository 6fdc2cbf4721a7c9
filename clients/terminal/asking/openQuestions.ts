/**
 * What the person is asked: questions, which take the keyboard one after the other, and the card of a tool that waits
 * for permission, which shares it with the input.
 */
import { rowText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, words } from "../../../ground/text/screenText.ts";
import type { Decision, InputRequestParams } from "../../../protocol/index.ts";
import type { Approval } from "../../common/session/sessionView.ts";
import { askInputCompletions } from "../../common/shell/lookups.ts";
import type { Shell } from "../../common/shell/shell.ts";
import type { KeyEvent } from "../editor/keys.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import type { Theme } from "../render/theme.ts";
import { ApprovalPrompt } from "./approvalPrompt.ts";
import { inputQuestion, leaveQuestion, type Question, reasonQuestion } from "./questions.ts";

export type OpenQuestionsOptions = {
	readonly shell: Shell;
	readonly theme: Theme;
	columns(): number;
	/** Puts lines above the tail. */
	show(lines: readonly ScreenText[]): void;
	draw(): void;
};

export class OpenQuestions {
	readonly #options: OpenQuestionsOptions;
	readonly #inputIds = new WeakMap<Question, string>();
	#questions: Question[] = [];
	#card: ApprovalPrompt | null = null;

	constructor(options: OpenQuestionsOptions) {
		this.#options = options;
	}

	/** What has the keyboard now. */
	get question(): Question | null {
		return this.#questions[0] ?? null;
	}

	/** Python's `input()`, behind what its cell has printed of that line: `printed` takes that, also what comes late. */
	input(request: InputRequestParams, printed: () => readonly ScreenText[]): void {
		const { shell, theme, columns, show, draw } = this.#options;
		const [first = words``, ...others] = sanitizeLines(request.prompt);
		const prompt = [...behind(printed(), first), ...others];
		const lead = prompt.at(-1)!;
		show(prompt.slice(0, -1));
		const question = inputQuestion(request, lead, {
			theme,
			complete: async (text, cursor) => {
				const found = await askInputCompletions(shell, request.inputId, text, cursor);
				// The editor takes the answer first.
				setImmediate(draw);
				return found;
			},
			onSubmit: (text) => {
				const [line = words``] = request.password ? question.render(columns()).lines : [];
				show(behind(printed(), request.password ? line : joined([lead, rowText(text)])));
				this.#answer(question, text);
			},
		});
		this.#inputIds.set(question, request.inputId);
		this.#questions.push(question);
		draw();
	}

	/** Whether to leave although `what` runs; comes before all others. */
	leave(what: string, onAnswer: (how: "close" | "detach" | "stay") => void): void {
		const question = leaveQuestion(what, this.#options.theme, (answer) => {
			this.#close(question);
			onAnswer(answer);
		});
		this.#questions.unshift(question);
		this.#options.draw();
	}

	approval(approval: Approval): void {
		this.#card ??= new ApprovalPrompt(approval, performance.now());
	}

	/** Somebody answered; the next that waits comes up. */
	approvalEnded(approvalId: string): void {
		this.drop(approvalId);
		if (this.#card?.approval.approvalId !== approvalId) return;
		this.#card = null;
		const [next] = this.#options.shell.view?.approvals.values() ?? [];
		if (next !== undefined) this.approval(next);
	}

	/** Takes back what was asked about something that has ended. */
	drop(about: string): void {
		this.#questions = this.#questions.filter((each) => each.about !== about);
	}

	/** A key while a question has the keyboard. */
	questionKey(question: Question, key: KeyEvent): void {
		const id = key.kind === "key" ? key.id : "";
		const { shell } = this.#options;
		if (question.kind === "input" && id === "ctrl+c") shell.request(shell.live.interrupt());
		else if (question.kind === "reason" && (id === "escape" || id === "ctrl+c")) this.#close(question);
		else if (!question.handleKey(key) && question.kind === "input" && id === "ctrl+d")
			// In an empty `input()` line.
			this.#answer(question, null);
	}

	/** True when the key was the card's. */
	cardKey(id: string, lineIsEmpty: boolean): boolean {
		if (this.#card === null) return false;
		const { approval } = this.#card;
		const answer = this.#card.key(id, lineIsEmpty, performance.now());
		if (answer === "deny") this.#askReason(approval);
		else if (answer !== null && answer !== "used") this.#decide(approval, answer);
		return answer !== null;
	}

	cardLines(options: { width: number; maxRows: number; lineIsEmpty: boolean }): ScreenText[] {
		return this.#card?.lines({ ...options, theme: this.#options.theme }) ?? [];
	}

	#askReason(approval: Approval): void {
		const question = reasonQuestion(approval, {
			theme: this.#options.theme,
			onSubmit: (text) => {
				this.#close(question);
				this.#decide(approval, "deny", text.trim() || undefined);
			},
		});
		this.#questions.push(question);
	}

	#decide({ approvalId }: Approval, decision: Decision, reason?: string): void {
		const { shell } = this.#options;
		shell.request(shell.live.answerPermission(approvalId, decision, reason));
	}

	/** `null` ends the input. */
	#answer(question: Question, text: string | null): void {
		const inputId = this.#inputIds.get(question);
		if (inputId === undefined) return;
		this.#close(question);
		this.#options.shell.answerInput(inputId, text);
	}

	#close(question: Question): void {
		this.#questions = this.#questions.filter((each) => each !== question);
		this.#options.draw();
	}
}

/** Lines whose last one goes on with this. */
const behind = (printed: readonly ScreenText[], text: ScreenText): readonly ScreenText[] => [
	...printed.slice(0, -1),
	joined([printed.at(-1) ?? words``, text]),
];
