/** The one way to the YAML parser: a package of CommonJS has no names where a bundle loads it late. */
export { parseDocument } from "yaml";
