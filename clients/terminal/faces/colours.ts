/** Keeps the theme as the session's setting and the terminal's ground have it. */
import { useCodeTheme } from "../render/codeThemes.ts";
import type { ChangeableTheme } from "../render/terminalTheme.ts";
import { type Background, backgroundByEnvironment, backgroundIn } from "../screen/background.ts";

export type ColoursOptions = {
	readonly theme: ChangeableTheme;
	readonly env: NodeJS.ProcessEnv;
	/** The colours are others now. */
	changed(): void;
	/** There is no such theme. */
	say(text: string): void;
};

export class Colours {
	readonly #options: ColoursOptions;
	#background: Background | null;
	#codeTheme = "auto";
	/** Themes load in the order they were asked for. */
	#loading: Promise<void> = Promise.resolve();

	constructor(options: ColoursOptions) {
		this.#options = options;
		this.#background = backgroundByEnvironment(options.env);
	}

	/** The setting is this one now. */
	async follow(codeTheme: string): Promise<void> {
		if (codeTheme === this.#codeTheme) return;
		this.#codeTheme = codeTheme;
		await this.#use();
	}

	/** A terminal may answer what nobody asked: other reports are left alone. */
	async take(report: string): Promise<void> {
		const background = backgroundIn(report);
		if (background === null || background === this.#background) return;
		this.#background = background;
		await this.#use();
	}

	#use(): Promise<void> {
		this.#loading = this.#loading.then(() => this.#load());
		return this.#loading;
	}

	async #load(): Promise<void> {
		const { theme, env, changed, say } = this.#options;
		try {
			await useCodeTheme(theme, this.#codeTheme, { env, background: this.#background });
			changed();
		} catch (error) {
			say((error as Error).message);
		}
	}
}
