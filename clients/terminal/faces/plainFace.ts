import type { Start } from "../commandLine/start.ts";
import { PlainShell } from "./plainShell.ts";

/** `--plain`: line by line on Node's readline; nothing that was written changes again. */
export const plainFace = (start: Start): Promise<number> => new PlainShell(start).run();
