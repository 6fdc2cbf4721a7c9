/** What the program ends with. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unanswered: 3, interrupted: 130 } as const;
