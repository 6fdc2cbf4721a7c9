import type { Login } from "../../protocol/index.ts";

/** Where the credentials come from, in a few words. */
export const loginText = (login: Login): string => {
	switch (login.kind) {
		case "login":
			return `logged in as ${login.name}`;
		case "storedKey":
			return `stored key ${login.name}`;
		case "environment":
			return `key from ${login.name}`;
		case "notNeeded":
			return "not needed";
		case "missing":
			return `missing: ${login.hint}`;
		default:
			return login satisfies never;
	}
};
