import type { ScreenText } from "../../../ground/text/screenText.ts";

/** Highlights line after line of one block. `copy` lets a caller look ahead without moving on. */
export type LineHighlighter = { line(text: string): ScreenText; copy(): LineHighlighter };
