/** Places in documents, as LSP names them. */
import { z } from "zod";
import { Unsigned } from "./limits.ts";

/** Lines count from 0; characters in the encoding that `initialize` agreed on. */
export const Position = z.looseObject({ line: Unsigned, character: Unsigned });
export const Range = z.looseObject({ start: Position, end: Position });
export type Range = z.infer<typeof Range>;
export const ProgressToken = z.union([z.string().max(200), z.int()]);
