/**
 * An HTTP server that answers with exactly the bytes a test gives, in turn, and keeps what it was asked. It stands for
 * what the model server is too well-behaved to be.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type RawAnswer = {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** Written piece by piece, each in a write of its own. */
	readonly body: string | readonly (string | Buffer)[];
	/** `stays`: the connection is left open after the body. `breaks`: it is torn down. */
	readonly after?: "ends" | "stays" | "breaks";
};

export type RawRequest = {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	// biome-ignore lint/suspicious/noExplicitAny: request bodies come from outside and are only looked at
	readonly body: any;
};

export type RawServer = {
	readonly url: string;
	readonly requests: readonly RawRequest[];
	/** How many connections were made so far. */
	readonly connections: number;
	/** What comes next, one for each request; the last answers all later ones. Forgets the requests so far. */
	answers(...answers: readonly (RawAnswer | ((request: RawRequest) => RawAnswer))[]): void;
	close(): Promise<void>;
};

export const startRawServer = async (): Promise<RawServer> => {
	const requests: RawRequest[] = [];
	let queue: readonly (RawAnswer | ((request: RawRequest) => RawAnswer))[] = [];
	const server = createServer((request, response) => {
		let text = "";
		request.setEncoding("utf8");
		request.on("data", (part: string) => {
			text += part;
		});
		request.on("end", () => {
			const { method = "", url: path = "", headers } = request;
			const seen = { method, path, headers, body: text === "" ? null : JSON.parse(text) };
			const next = queue[Math.min(requests.length, queue.length - 1)];
			requests.push(seen);
			const answer = typeof next === "function" ? next(seen) : next;
			if (answer === undefined) return void response.writeHead(500).end("no answer was given to the test");
			void send(response, answer);
		});
	});
	let connections = 0;
	server.on("connection", () => connections++);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		get connections() {
			return connections;
		},
		answers(...answers) {
			queue = answers;
			requests.length = 0;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
};

const send = async (response: ServerResponse, answer: RawAnswer): Promise<void> => {
	response.writeHead(answer.status ?? 200, { "content-type": "text/event-stream", ...answer.headers });
	const pieces: (string | Buffer)[] = [answer.body].flat();
	// The end goes out with the last piece, as servers do.
	const last = answer.after === undefined || answer.after === "ends" ? pieces.pop() : undefined;
	for (const piece of pieces)
		await new Promise<void>((resolve) => response.write(piece, () => setImmediate(resolve)));
	if (answer.after === "breaks") response.destroy();
	else if (answer.after !== "stays") response.end(last);
};

/** The events of a stream as most servers write them; what is text stands as it is. */
export const sse = (...events: readonly (object | string)[]): string =>
	events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");

/** As `sse`, each event with its type as its name. */
export const namedSse = (...events: readonly { readonly type: string }[]): string =>
	events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): RawAnswer => ({
	status,
	headers: { "content-type": "application/json", ...headers },
	body: JSON.stringify(value),
});
