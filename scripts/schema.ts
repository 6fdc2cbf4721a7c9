/** `npm run schema`: writes the JSON Schemas in docs/ from the schemas that the code uses. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configJsonSchema, configSchemaFile } from "./schema/configSchema.ts";
import { protocolSchema, schemaFile } from "./schema/protocolSchema.ts";

const write = (file: string, schema: object): void => {
	const path = join(import.meta.dirname, "..", file);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `${JSON.stringify(schema, null, "\t")}\n`);
};

write(schemaFile, protocolSchema());
write(configSchemaFile, configJsonSchema());
