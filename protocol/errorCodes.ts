/** Error codes on the wire: when each is sent and what a client may do about it. */
export const ErrorCodes = {
	/** The bytes were not JSON. The next message is read as usual; fix the sender. */
	parseError: -32700,
	/** Not a valid JSON-RPC message, or one larger than the server takes. The next message is read as usual. */
	invalidRequest: -32600,
	/** No such method. The message names the nearest one; check `capabilities.experimental.aiShell`. */
	methodNotFound: -32601,
	/** The parameters do not fit the method's schema. The message names the path and what was expected. */
	invalidParams: -32602,
	/** A fault of the server. Retrying may help; the log says more. */
	internalError: -32603,
	/** A request came before `initialize`. Send `initialize` first. */
	serverNotInitialized: -32002,
	/** What was asked for is right and could not be had: a model's provider refused or could not be reached. The message says why. */
	requestFailed: -32803,
	/** The request was cancelled by `$/cancelRequest`. */
	requestCancelled: -32800,
	/** What the request was about changed meanwhile. Ask again with the new state. */
	contentModified: -32801,

	/** No session with this id. `session/list` names those there are. */
	sessionNotFound: -32010,
	/** Another server process owns the session. The message names it; join that server or wait. */
	sessionOwnedElsewhere: -32011,
	/** An observer asked for something only a controller may do. Attach again with `role: "controller"`. */
	notController: -32012,
	/** The session has no live kernel. Send `kernel/adopt` with a new one. */
	kernelNotAlive: -32013,
	/** The host lacks the capability this request needs. The message names it. */
	hostLacksCapability: -32014,
	/** No turn, cell, approval or input request with this id, or it has ended already. */
	itemNotFound: -32015,
	/** The named backend does not exist, or has no binary or credentials. The message says how to get them. */
	backendNotReady: -32016,
	/** A queue or a limit is full. The message names the limit; try again later. */
	limitReached: -32017,
	/** Others work in the session. The message names them; ask them, or send the request again with `force`. */
	sessionInUse: -32018,
} as const;

export type ErrorCode = (typeof ErrorCodes)[keyof typeof ErrorCodes];
