import type { Role } from "../theme.ts";

/** A piece of a line and what it is. */
export type Span = { readonly text: string; readonly role: Role | null };

/**
 * Reads one line of code: its spans, whose texts joined are the line, and the reader for the line below. A reader keeps
 * nothing but what is open, never changes, and takes time in proportion to the line whatever stands in it.
 */
export type CodeReader = (line: string) => { readonly spans: readonly Span[]; readonly next: CodeReader };

/** Of a language that is not known, and of none. */
export const plainReader: CodeReader = (line) => ({ spans: [{ text: line, role: null }], next: plainReader });
