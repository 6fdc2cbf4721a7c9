/** `npm run schema`: writes the JSON Schemas in docs/, and the protocol's reference, from the schemas that the code uses. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configJsonSchema, configSchemaFile } from "./schema/configSchema.ts";
import { protocolSchema, schemaFile } from "./schema/protocolSchema.ts";
import { documentFile, referenceText, type Schema, withReference } from "./schema/reference.ts";

const inProject = (file: string): string => join(import.meta.dirname, "..", file);

const write = (file: string, schema: object): void => {
	const path = inProject(file);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `${JSON.stringify(schema, null, "\t")}\n`);
};

const protocol = protocolSchema();
write(schemaFile, protocol);
const document = readFileSync(inProject(documentFile), "utf8");
const reference = referenceText(JSON.parse(JSON.stringify(protocol)) as Schema);
writeFileSync(inProject(documentFile), withReference(document, reference));
write(configSchemaFile, configJsonSchema());
