/**
 * What the model server answers. The last user text holds markers that choose it:
 *
 * - `@@say TEXT@@` text, `@@think TEXT@@` thinking before it, `@@long N@@` N characters of text, `@@empty@@` nothing
 * - `@@tool NAME JSON@@` a tool call, several allowed; `@@then@@` begins the answer to the next tool results;
 *   `@@forever NAME JSON@@` calls the tool in every round
 * - `@@obey@@` each tool call that is written outside of the request, in what came with it or in the newest results: as a
 *   model would that believes all it reads
 * - `@@custom NAME INPUT@@` a call of a tool of Codex's own that takes text, such as `exec` with a script
 * - `@@slow@@` holds the answer after its first text delta, `@@hang@@` before its first byte, until released
 * - `@@cut@@` ends the socket in mid-text, `@@cut early@@` before any text; `@@html@@`, `@@badevent@@`,
 *   `@@streamerror@@`, `@@error STATUS retry-after=S@@`; `times=N` lets the fault happen N times only
 * - `@@maxtokens@@`, `@@refuse@@` end the answer that way
 *
 * Without markers the answer is `You said: ...`; after tool results it is `TOOL SAID: ...`.
 */

export type Step =
	| { readonly kind: "thinking"; readonly text: string }
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "custom"; readonly name: string; readonly input: string }
	| { readonly kind: "tool"; readonly name: string; readonly args: unknown };

export type Fault =
	| { readonly kind: "cut"; readonly early: boolean }
	| { readonly kind: "html" | "badevent" | "streamerror" | "hang" }
	| { readonly kind: "error"; readonly status: number; readonly retryAfter: string | null };

export type Script = {
	readonly steps: readonly Step[];
	readonly stop: "endTurn" | "maxTokens" | "refusal" | "toolUse";
	readonly slow: boolean;
	readonly fault: (Fault & { readonly key: string; readonly times: number }) | null;
};

/** A request as every wire format says it. */
export type Conversation = {
	readonly userText: string;
	readonly images: readonly string[];
	/** The results of each tool round since the user text. */
	readonly rounds: readonly (readonly { readonly text: string; readonly images: number }[])[];
	/** Names of the tools that may be called now. */
	readonly tools: readonly string[];
};

const marker = /@@(\w+)(?:[ \n]([\s\S]*?))?@@/g;

export const readScript = (conversation: Conversation): Script => {
	const request = /<user-request>\n?([\s\S]*?)\n?<\/user-request>/.exec(conversation.userText)?.[1];
	const text = request === undefined ? conversation.userText : unescapeXml(request);
	const parts = text.split("@@then@@");
	const forever = /@@forever [\s\S]*?@@/.exec(text)?.[0] ?? "";
	const part = (parts[conversation.rounds.length] ?? "").replace(forever, "");
	const steps: Step[] = [];
	let stop: Script["stop"] = "endTurn";
	let slow = false;
	let empty = false;
	let fault: Script["fault"] = null;
	const faultOf = (kind: Fault, argument: string) => {
		const times = Number(/times=(\d+)/.exec(argument)?.[1] ?? Number.POSITIVE_INFINITY);
		return { ...kind, key: text, times };
	};
	for (const [, word = "", argument = ""] of `${part}${forever}`.matchAll(marker))
		switch (word) {
			case "say":
				steps.push({ kind: "text", text: argument });
				break;
			case "think":
				steps.push({ kind: "thinking", text: argument || "Let me think about this. Yes." });
				break;
			case "custom": {
				const [, name = "", input = ""] = /^(\S+)\s*([\s\S]*)$/.exec(argument) ?? [];
				steps.push({ kind: "custom", name, input });
				break;
			}
			case "long":
				steps.push({ kind: "text", text: longText(Number(argument)) });
				break;
			case "tool":
			case "forever":
				steps.push(toolStep(argument, conversation.tools));
				break;
			case "obey":
				steps.push(...ordersIn(conversation));
				break;
			case "slow":
				slow = true;
				break;
			case "empty":
				empty = true;
				break;
			case "maxtokens":
				stop = "maxTokens";
				break;
			case "refuse":
				stop = "refusal";
				break;
			case "cut":
				fault = faultOf({ kind: "cut", early: argument.includes("early") }, argument);
				break;
			case "html":
			case "badevent":
			case "streamerror":
			case "hang":
				fault = faultOf({ kind: word }, argument);
				break;
			case "error":
				fault = faultOf(
					{
						kind: "error",
						status: Number.parseInt(argument, 10),
						retryAfter: /retry-after=(\S+)/.exec(argument)?.[1] ?? null,
					},
					argument,
				);
				break;
		}
	if (!empty && !steps.some((step) => step.kind !== "thinking"))
		steps.push({ kind: "text", text: defaultText(text, conversation) });
	if (stop === "endTurn" && steps.some((step) => step.kind === "tool")) stop = "toolUse";
	return { steps, stop, slow, fault };
};

const ordersIn = ({ userText, rounds, tools }: Conversation): Step[] => {
	const newest = rounds.at(-1)?.map(({ text }) => text) ?? [
		userText.replace(/<user-request>[\s\S]*<\/user-request>/, ""),
	];
	return [...unescapeXml(newest.join("\n")).matchAll(/@@tool ([\s\S]*?)@@/g)].map(([, order = ""]) =>
		toolStep(order, tools),
	);
};

/** Texts as a model streams them: words, never inside a code point. */
export const pieces = (text: string): string[] => {
	if (text.length <= 400) return text.match(/\s*\S{1,6}|\s+$/gu) ?? (text === "" ? [] : [text]);
	const points = [...text];
	const size = Math.ceil(points.length / 50);
	return Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
		points.slice(index * size, (index + 1) * size).join(""),
	);
};

const toolStep = (argument: string, offered: readonly string[]): Step => {
	const [, name = "", json = ""] = /^(\S+)\s*([\s\S]*)$/.exec(argument) ?? [];
	const found = offered.find((tool) => tool === name || tool.endsWith(`__${name}`));
	if (found === undefined) return { kind: "text", text: `No tool named ${name} is offered.` };
	return { kind: "tool", name: found, args: json === "" ? {} : parseOr(json) };
};

/** Arguments that are no JSON are sent as they are, as a weak model would. */
const parseOr = (json: string): unknown => {
	try {
		return JSON.parse(json);
	} catch {
		return json;
	}
};

const defaultText = (text: string, conversation: Conversation): string => {
	const last = conversation.rounds.at(-1);
	if (last !== undefined)
		return `TOOL SAID: ${last.map((result) => result.text + pictures(result.images)).join(" | ")}`;
	if (text.includes("<current-input>")) return "pass  # from the model server";
	const plain = text.replaceAll(marker, "").trim();
	return `You said: ${plain}${pictures(conversation.images.length)}`;
};

const pictures = (count: number) => (count === 0 ? "" : ` [${count} image${count === 1 ? "" : "s"}]`);

const longText = (chars: number): string => {
	let text = "";
	for (let n = 1; text.length < chars; n++) text += `word${n} `;
	return text.slice(0, chars);
};

const unescapeXml = (text: string): string =>
	text
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&quot;", '"')
		.replaceAll("&#x27;", "'")
		.replaceAll("&amp;", "&");
