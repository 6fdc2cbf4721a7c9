/** The rules of secretlint, which its people keep up to date. They load when something is written out for the first time. */
import type { Finding } from "../../ground/secrets/redact.ts";

type Lint = (text: string) => Promise<readonly Finding[]>;

let loading: Promise<Lint> | null = null;

/** The secrets in a text that these rules know. */
export const findByKeptRules: Lint = async (text) => {
	loading ??= load();
	return (await loading)(text);
};

const load = async (): Promise<Lint> => {
	const [{ lintSource }, { creator }] = await Promise.all([
		import("@secretlint/core"),
		import("@secretlint/secretlint-rule-preset-recommend"),
	]);
	const rules = [
		{
			id: "@secretlint/secretlint-rule-preset-recommend",
			rule: creator,
			// Whoever wrote the text could switch the rules off in it.
			rules: [{ id: "@secretlint/secretlint-rule-filter-comments", disabled: true }],
		},
	];
	return async (content) => {
		const { messages } = await lintSource({
			source: { content, filePath: "text.txt", ext: ".txt", contentType: "text" },
			options: { config: { rules }, noPhysicFilePath: true },
		});
		return messages.map(({ range: [start, end] }) => ({ start, end, label: "[redacted]" }));
	};
};
