/** How `-r` names a session: IPython's number, else the beginning of our id. */
export const sessionName = (session: { historySession: number | null; sessionId: string }): string =>
	session.historySession === null ? session.sessionId.slice(0, 13) : String(session.historySession);
