import { isClean } from "../../../ground/text/plainText.ts";
import type { Filter } from "./filter.ts";

/** Drops an answer that would put into the file what nobody sees there, or what acts where the file is printed. */
export const dropUnseen: Filter = (text) => (isClean(text) ? text : "");
