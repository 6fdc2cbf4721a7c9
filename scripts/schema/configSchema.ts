import { z } from "zod";
import { configSchema } from "../../server/sessions/settings/config.ts";

export const configSchemaFile = "docs/config.schema.json";

/** `config.json` as JSON Schema, for editors that check what a person writes. */
export const configJsonSchema = (): object => ({
	...z.toJSONSchema(configSchema, { io: "input" }),
	title: "ipyai config.json",
});
