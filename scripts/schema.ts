/** `npm run schema`: writes docs/schema.json, the protocol as JSON Schema, from the schemas in protocol/. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { protocolSchema, schemaFile } from "./schema/protocolSchema.ts";

const path = join(import.meta.dirname, "..", schemaFile);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(protocolSchema(), null, "\t")}\n`);
