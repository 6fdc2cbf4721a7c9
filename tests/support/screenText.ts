/** Text of a test's own as what a screen takes. */
import type { ScreenText } from "../../ground/text/screenText.ts";

export const row = (text: string): ScreenText => text as ScreenText;
export const rows = (texts: readonly string[]): ScreenText[] => texts.map(row);
