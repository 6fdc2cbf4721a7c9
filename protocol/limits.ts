/**
 * Values that a client may send. Each has its bound: what is searched, parsed, stored or told again is never longer,
 * and a longer one is refused with `invalidParams`. Lengths count UTF-16 units.
 */
import { z } from "zod";

/** An id that the server made. */
export const Id = z.string().min(1).max(100);

/** A UUID of the client's, by which the request is known when it is sent again. */
export const RequestId = z.string().min(1).max(100);

/** A name that a person may have typed: of a backend, a model, a theme. */
export const Name = z.string().min(1).max(200);

/** A path as a person types it: relative to a folder that the method names. */
export const FilePath = z
	.string()
	.min(1)
	.max(4096)
	.regex(/^[^\0]*$/, "a path has no NUL in it");

/** A path from the root on. */
export const AbsolutePath = z
	.string()
	.max(4096)
	.regex(/^\/[^\0]*$/, "must be an absolute path");

/** Python, or what a person says: some 20,000 lines. */
export const LongText = z.string().max(1_000_000);

/** A word or two to look for. */
export const SearchText = z.string().max(200);

export const Title = z.string().min(1).max(500);

export const Uri = z.string().min(1).max(8192);

/** LSP's `uinteger`. */
export const Unsigned = z.int().min(0).max(0x7fff_ffff);
