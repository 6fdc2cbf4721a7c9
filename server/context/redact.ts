/** Takes secrets out of what leaves the server: logs, exports. Pure: it is made from an environment. */

/** Replaces every secret in a text. */
export type Redact = (text: string) => string;

/** Shorter values are too common to be anybody's secret. */
const minSecretChars = 8;

/** Values of variables whose names speak of secrets, and keys and tokens that are known by their shape. */
export const createRedact = (environment: Readonly<Record<string, string | undefined>>): Redact => {
	const secrets = Object.entries(environment)
		.filter(([name, value]) => isSecretName(name) && (value ?? "").trim().length >= minSecretChars)
		.map(([name, value]) => [name, value!.trim()] as const)
		// The longest first: one secret may begin with another.
		.sort((a, b) => b[1].length - a[1].length);
	return (text) => {
		let told = text;
		for (const [name, value] of secrets)
			if (told.includes(value)) told = told.replaceAll(value, `[redacted ${name}]`);
		return told.replace(shapes, "[redacted]").replace(privateKey, "[redacted private key]");
	};
};

const isSecretName = (name: string): boolean =>
	/(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH)(?:_|$|\d)/i.test(name) ||
	/(?:apikey|token|secret|password)$/i.test(name);

const shapes = new RegExp(
	[
		String.raw`\bsk-(?:ant-|proj-|or-|svcacct-)?[A-Za-z0-9_-]{16,}`,
		String.raw`\bgh[pousr]_[A-Za-z0-9]{20,}`,
		String.raw`\bgithub_pat_[A-Za-z0-9_]{20,}`,
		String.raw`\bglpat-[A-Za-z0-9_-]{16,}`,
		String.raw`\bxox[abprs]-[A-Za-z0-9-]{10,}`,
		String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
		String.raw`\bAIza[A-Za-z0-9_-]{30,}`,
		String.raw`\bhf_[A-Za-z0-9]{20,}`,
		String.raw`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
	].join("|"),
	"g",
);

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** The same value with every text in it redacted, names of fields too. */
export const redactValue = <T>(value: T, redact: Redact): T => {
	if (typeof value === "string") return redact(value) as T;
	if (Array.isArray(value)) return value.map((each) => redactValue(each, redact)) as T;
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, each]) => [redact(key), redactValue(each, redact)]),
	) as T;
};
