/**
 * A terminal's input line is a document like any other: `ipyai:/sessions/<sessionId>/inputs/<participantId>`,
 * language `python`. Free of dependencies.
 */
export const inputDocumentUri = (sessionId: string, participantId: string): string =>
	`ipyai:/sessions/${sessionId}/inputs/${participantId}`;
