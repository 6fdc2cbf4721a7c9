/** The secrets of an environment: values of variables whose names speak of secrets, in the forms they are written in. */

export type Variables = Readonly<Record<string, string | undefined>>;

/** A text to look for, and the variable it is of. */
export type KnownSecret = { readonly text: string; readonly name: string };

/** The longest first: one secret may begin with another. */
export const knownSecrets = (variables: Variables): readonly KnownSecret[] => {
	const found = new Map<string, string>();
	for (const [name, value = ""] of Object.entries(variables))
		for (const secret of secretsOf(name, value.trim()))
			for (const text of formsOf(secret)) if (!found.has(text)) found.set(text, name);
	return [...found]
		.map(([text, name]) => ({ text, name }))
		.sort((a, b) => b.text.length - a.text.length || a.name.localeCompare(b.name));
};

const words = new Set(
	`apikey auth bearer connstr cookie cookies credential credentials creds dsn hmac jwt key keys mnemonic otp pass passcode
	passphrase passwd password passwords pat privatekey accesskey pw pwd salt sas secret secrets signature sk token unseal
	webhook`.split(/\s+/),
);
const ends =
	/(?:apikey|accesskey|token|secret|password|passwd|passphrase|credentials?|(?<!com|by|sur|tres)pass|pat)$/;
/** Their addresses hold passwords. */
const databases = new Set(
	"amqp broker celery database db jdbc mongo mongodb mysql postgres postgresql rabbitmq redis sqlalchemy".split(
		" ",
	),
);
/** Names that speak of other things, whatever their words say. */
const others = new Set(["PWD", "OLDPWD", "INIT_CWD", "SSH_AUTH_SOCK", "GPG_KEY"]);

/** Whether a variable's name says that its value is a secret. */
export const isSecretName = (name: string): boolean => {
	if (others.has(name)) return false;
	const parts = name
		.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/)
		.map((part) => part.toLowerCase().replace(/\d+$/, ""))
		.filter((part) => part !== "");
	if (parts.some((part) => words.has(part))) return true;
	if (ends.test(parts.at(-1) ?? "")) return true;
	if (parts.includes("connection") && parts.includes("string")) return true;
	return parts.some((part) => databases.has(part)) && /^ur[il]$/.test(parts.at(-1) ?? "");
};

const secretsOf = (name: string, value: string): readonly string[] => {
	const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s/]*?:([^\s/]+)@/i.exec(value)?.[1];
	const inUrl = password === undefined ? [] : [password, decoded(password)];
	// Where a secret lies is none.
	const isPlace = /^(?:~|\.{0,2})\//.test(value);
	return [...inUrl, ...(isSecretName(name) && !isPlace ? [value] : [])].filter(isTelling);
};

/** Shorter and plainer values stand in texts by chance. */
const isTelling = (value: string): boolean =>
	value.length >= 8
		? !/^(?:disabled|required|optional|undefined)$/i.test(value)
		: value.length >= 6 && /[^A-Za-z]/.test(value) && /\D/.test(value);

const formsOf = (secret: string): readonly string[] => [
	secret,
	encodeURIComponent(secret),
	JSON.stringify(secret).slice(1, -1),
	btoa(String.fromCharCode(...new TextEncoder().encode(secret))).replace(/=+$/, ""),
];

const decoded = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
};
