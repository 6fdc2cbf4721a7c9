import { settledText } from "../../ground/text/terminalText.ts";
import type { ContextPart } from "../../protocol/index.ts";
import { cutRedacted } from "./cutRedacted.ts";
import { escapeAttribute, escapeText } from "./escape.ts";
import type { ContextLimits } from "./limits.ts";
import type { Ref, ResolvedRef } from "./ref.ts";

/** Variables sorted by expression, then commands sorted by command; what is missing becomes a warning. */
export const renderRefs = (
	refs: readonly ResolvedRef[],
	limits: ContextLimits,
	redact: (text: string) => string,
): { text: string; warnings: string[]; parts: ContextPart[] } => {
	const variables = refs.filter((ref) => ref.kind === "variable").sort(by(({ expression }) => expression));
	const commands = refs.filter((ref) => ref.kind === "shell").sort(by(({ command }) => command));
	const warnings = refs.flatMap((ref) =>
		ref.kind === "missing" ? [`${refName(ref.ref)} ${ref.reason}.`] : [],
	);
	const parts: ContextPart[] = [];
	let room = limits.refsChars;
	const bounded = (label: string, text: string, maxChars: number): string => {
		const cut = cutRedacted(text, Math.min(maxChars, Math.max(room, 200)), redact);
		room -= cut.text.length;
		parts.push({ label, chars: cut.text.length, cutChars: cut.cutChars });
		return escapeText(cut.text);
	};

	let text = "";
	for (const { expression, type, text: value } of variables) {
		const body = bounded(refName({ kind: "variable", expression }), settledText(value), limits.variableChars);
		text += `<variable name="${escapeAttribute(expression)}" type="${escapeAttribute(type)}">${body}</variable>`;
	}
	for (const { command, stdout, stderr, exitCode } of commands) {
		const label = refName({ kind: "shell", command });
		const body = bounded(label, settledText(stdout).trimEnd(), limits.shellChars);
		const told = settledText(stderr).trimEnd();
		const errors =
			told === "" ? "" : `<stderr>${bounded(`${label} stderr`, told, limits.shellChars)}</stderr>`;
		const exit = exitCode === 0 ? "" : ` exit="${exitCode ?? "none"}"`;
		text += `<shell cmd="${escapeAttribute(command)}"${exit}>${body}${errors}</shell>`;
	}
	return { text, warnings, parts };
};

const refName = (ref: Ref): string =>
	ref.kind === "variable" ? `$\`${ref.expression}\`` : `!\`${ref.command}\``;

/** By code units, so that the order is the same on every machine. */
const by =
	<Item>(key: (item: Item) => string) =>
	(a: Item, b: Item): number =>
		key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
