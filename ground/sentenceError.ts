/** An error whose message is a whole answer to a person: what was tried, what came back, what to do. */
export class SentenceError extends Error {}
