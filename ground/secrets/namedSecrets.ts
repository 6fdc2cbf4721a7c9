/**
 * Secrets that are known by what stands before them: a name and a sign, a header, an option of a command, an address.
 * What is code is left alone: `password = getpass()` holds nothing.
 */

type Found = (start: number, end: number) => void;

/** Values behind these are secrets as long as they are values. */
const passwords =
	"(?:secret|private|master|account|shared|encryption|signing|storage|service)[_.-]?(?:access[_.-]?)?key|shared[_.-]?access[_.-]?signature|client[_.-]?secret|passw(?:or)?d|passphrase|passcode|pwd|secret";

/** Behind these stand other things as well: the value must look like a secret, too. */
const tokens =
	"token|jwt|api[_.-]?key|access[_.-]?key(?:[_.-]?id)?|auth[_.-]?key|subscription[_.-]?key|license[_.-]?key|deploy[_.-]?key|ssh[_.-]?key|app[_.-]?key|client[_.-]?key(?:[_.-]?data)?|pre[_.-]?shared[_.-]?key|_?auth|credentials?|signature|phpsessid|jsessionid|connect\\.sid|csrf[_.-]?token|xsrf[_.-]?token|cookie";

/** Short words that are names of secrets in capitals only, as variables are written. */
const capitals = "PASS|PAT|SK|AUTH|CREDS?|COOKIES?|DSN|SALT|OTP|PIN";

/** After a name: what ends it, a type as code has it, a sign. */
const sign = String.raw`(?:\\*["'\`])?\]?[ \t]{0,8}(?::[ \t]{0,4}[A-Za-z_][\w.| \[\]]{0,40}=(?!=)|:=|=>|==?|:)[ \t]{0,8}`;

const named = new RegExp(`(${passwords})|(${tokens})`, "gi");
const namedInCapitals = new RegExp(`(?<=_|(?<![A-Za-z0-9]))(?:${capitals})(?==)`, "g");
const afterName = new RegExp(String.raw`(?:_?(?:base|value|text|\d{1,3}))?(?:${sign})`, "iy");
const quoted = /(?:[rbfu]{1,2})?(\\*["'`])((?:(?!\1)[^\r\n]){1,16000}?)\1/iy;
const opening = /(?:[rbfu]{1,2})?\\*["'`]/iy;
const bare = /[^\s"'`,;&(){}[\]<>|\\]{4,4000}/y;

export const eachNamedSecret = (text: string, found: Found): void => {
	for (const match of text.matchAll(namedInCapitals))
		afterValue(text, match.index + match[0].length, "variable", found);
	let covered = 0;
	for (const match of text.matchAll(named)) {
		// In a value that was found already: a long run of names is read once.
		if (match.index < covered) continue;
		const isFolder =
			match[0].toLowerCase() === "pwd" &&
			/^["']?\s*[:=]\s*["']?\//.test(text.slice(match.index + 3, match.index + 12));
		if (isFolder) continue;
		const kind = match[1] === undefined ? "token" : "password";
		covered = afterValue(text, match.index + match[0].length, kind, found);
	}
	for (const [pattern, isSecret] of placed)
		for (const { 0: all, 1: secret = "", index } of text.matchAll(pattern)) {
			const end = index + all.lastIndexOf(secret) + secret.length;
			if (isSecret(secret)) found(end - secret.length, end);
		}
};

type Kind = "password" | "token" | "variable";

/** Returns where the value ends that was looked at. */
const afterValue = (text: string, at: number, kind: Kind, found: Found): number => {
	afterName.lastIndex = at;
	const before = afterName.exec(text)?.[0];
	if (before === undefined) return at;
	const from = at + before.length;
	quoted.lastIndex = from;
	const inQuotes = quoted.exec(text);
	if (inQuotes) {
		const value = inQuotes[2]!;
		const end = quoted.lastIndex - inQuotes[1]!.length;
		if (isValue(value, kind)) found(end - value.length, end);
		return end;
	}
	// A quote that is not closed: the text was cut.
	opening.lastIndex = from;
	const quote = opening.exec(text)?.[0] ?? "";
	const start = from + quote.length;
	bare.lastIndex = start;
	const value = bare.exec(text)?.[0];
	if (value === undefined) return from;
	const end = start + value.length;
	const isCall = /[([]/.test(text[end] ?? "");
	const isProse =
		/^[A-Za-z]+$/.test(value) && /:[ \t]/.test(before) && /^[ \t]+[A-Za-z(]/.test(text.slice(end, end + 9));
	const isSecret = quote === "" ? isBareValue(value, kind, before) : isValue(value, kind);
	if (!isCall && !isProse && isSecret) found(start, end);
	return end;
};

const isValue = (value: string, kind: Kind): boolean => {
	if (value.length < 4 || isPlaceholder(value)) return false;
	if (kind === "token") return looksRandom(value);
	// A sentence about passwords; passphrases are not written so.
	return !/\s/.test(value) || !/^[A-Z][a-z']*(?: [\w',.()-]+){3,}[.!?]?$/.test(value);
};

const isBareValue = (value: string, kind: Kind, before: string): boolean => {
	if (isPlaceholder(value) || isCode(value.replace(/[:.]+$/, "")) || before.includes("==")) return false;
	if (kind === "token") return looksRandom(value);
	if (kind === "variable" || before === "=") return true;
	// One word behind " = " may be a variable's name.
	return /[^A-Za-z_]/.test(value) || (value.length >= 8 && !value.includes("_"));
};

/** Names and attributes of a language, numbers, places; a name that speaks of a secret is a variable's. */
const isCode = (value: string): boolean =>
	/^(?:\w*_)?(?:password|passwd|secret|token|key|credential)s?$/i.test(value) ||
	/^\w*[a-z](?:Password|Secret|Token|Key)$/.test(value) ||
	/^(?:[A-Za-z_]\w*(?:\.#?[A-Za-z_]\w*)+|[\d.]+|(?:~|\.{0,2})\/.*|\$.*|%.*)$/.test(value) ||
	/^(?:str|int|bool|bytes|float|dict|list|object|string|number|boolean|any|None|null|nil|undefined|true|false|self|this|required|optional|invalid|incorrect|missing|SecretStr|Optional|[A-Z][A-Za-z]*(?:Field|Type|Error|Input))$/i.test(
		value,
	);

const isPlaceholder = (value: string): boolean =>
	/^(?:\$|\{|<|%[({A-Za-z]|\[|\*+$|x+$|X+$|\.{3}|…|your\b|my[_-]|none$|null$|true$|false$|changeme$|example|placeholder|redacted|secret$|password$|token$|api[_-]?key$|str$)/i.test(
		value,
	);

/** At least eight characters without blanks, of more than one sort. */
const looksRandom = (value: string): boolean =>
	value.length >= 8 &&
	!/\s|^https?:\/\//.test(value) &&
	!isCode(value) &&
	(/\d/.test(value) || /=$/.test(value) || (value.length >= 16 && /[a-z][A-Z]|[A-Z][a-z][A-Z]/.test(value)));

const isGiven = (value: string): boolean => value !== "" && !isPlaceholder(value);
const isGivenAtRandom = (value: string): boolean => isGiven(value) && looksRandom(value);
const always = (): boolean => true;

const schemes = "bearer|basic|token|apikey|digest|negotiate|key|splunk|snowflake|geniekey|ssws|bot|oauth";

/** Each with the secret as its group, and what it must be like. */
const placed: readonly (readonly [RegExp, (value: string) => boolean])[] = [
	// Headers, as they go over the wire, in curl and in code.
	[
		new RegExp(
			String.raw`\b(?:proxy-)?authorization(?:\\*["'\x60])?[ \t]{0,4}[:=][ \t]{0,4}[rbfu]{0,2}(?:\\*["'\x60])?(?:(?:${schemes})[ \t]+)?(?!(?:${schemes})[ \t]|[\w.[\]]+\()([^\s"'\x60\\,;<>{}()$]{6,4000})`,
			"gi",
		),
		(value) => isGiven(value) && !isCode(value),
	],
	[
		/\b(?:[a-z0-9]{1,20}-){0,4}(?:api-?key|token|secret|password|signature)(?:\\*["'])?[ \t]{0,4}:[ \t]{0,4}(?:\\*["'])?([^\s"'\\,;<>{}()[\]$]{8,4000})/gi,
		isGivenAtRandom,
	],
	[
		/\b(?:set-)?cookie(?:\\*["'])?[ \t]{0,4}:[ \t]{0,4}(?:\\*["'])?([^\r\n"'\\=<>{}()]{1,200}=[^\r\n"'\\]{4,4000})/gi,
		isGiven,
	],
	[/\b(?:bearer|basic)[ \t]+((?=[A-Za-z._~+/-]{0,999}[\d=])[A-Za-z0-9._~+/-]{12,4000}={0,2})/gi, isGiven],
	// Options of commands.
	[
		/(?<=\s)--?(?:[a-z]{1,20}-){0,3}(?:password|passwd|passphrase|pass|token|secret|api-?key|access-?key|secret-?key|auth-?token)(?:[ \t]+|=)["']?((?![-$<{])[^\s"']{4,4000})/gi,
		isGiven,
	],
	[
		/\bcurl\b[^\r\n]{0,400}?\s(?:-u|--user|--proxy-user)[ \t=]{0,3}["']?[^\s"':]{1,200}:([^\s"']{2,400})/g,
		isGiven,
	],
	[/\bmysql\w*\b[^\r\n]{0,200}\s-p([^\s"'-][^\s"']{3,200})/g, isGiven],
	[/\bsshpass[ \t]+-p[ \t]{0,4}["']?([^\s"']{3,400})/g, isGiven],
	[/\bdocker[ \t]+login\b[^\r\n]{0,200}\s-p[ \t]+["']?([^\s"']{3,400})/g, isGiven],
	[/\bpass(?:in|out)?[ \t]+pass:([^\s"']{3,400})/g, isGiven],
	// Addresses.
	[/\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>]{0,200}:([^\s/"'<>]{1,400})@/gi, isGiven],
	[/\bhttps?:\/\/([A-Za-z0-9_-]{20,400})@/g, isGiven],
	[
		/[?&;#](?:access_token|id_token|refresh_token|token|api_?key|client_secret|secret|password|passwd|pwd|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|auth)=([^\s&"'#<>]{6,4000})/gi,
		isGiven,
	],
	[/[?&](?:key|code|sas)=((?=[^\s&"'#]{0,999}\d)[^\s&"'#<>]{16,4000})/gi, isGiven],
	// Files of passwords: .netrc, .pgpass, shadow and htpasswd.
	[
		/\b(?:machine\s+\S{1,200}|default)\s+(?:login\s+\S{1,200}\s+)?(?:account\s+\S{1,200}\s+)?password\s+(\S{1,400})/g,
		isGiven,
	],
	[
		/^(?=[^:\s]{0,200}[g-z.*])[^:\s]{1,200}:(?:\d{3,5}|\*):[^:\s]{1,100}:[^:\s]{1,100}:(\S{2,400})$/gm,
		isGiven,
	],
	[/^[\w.-]{1,64}:(\$(?:apr1|[1567]|2[abxy]|y|gy|argon2\w{1,2})\$[^\s:]{10,300})/gm, always],
];
