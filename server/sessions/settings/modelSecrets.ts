import { createRedact, type Redact } from "../../../ground/secrets/redact.ts";
import type { Environment } from "../../backends/backend.ts";
import { loadConfig } from "./config.ts";

const made = new WeakMap<Environment, Redact>();

/**
 * A text without its secrets, as a model may have it: those of the environment, and what their shape or name gives
 * away. Whole where the person's file says `send_secrets`. Takes about a millisecond for 20,000 characters.
 */
export const redactForModel = (environment: Environment, text: string): string => {
	let redact = made.get(environment);
	if (redact === undefined) {
		redact = createRedact(environment);
		made.set(environment, redact);
	}
	const told = redact(text);
	return told !== text && loadConfig(environment).config.send_secrets === true ? text : told;
};
