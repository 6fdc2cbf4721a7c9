/**
 * The version of the AI Shell Protocol, announced as `capabilities.experimental.aiShell.version`.
 * It grows when a client of the older version could misread the newer one. Additions leave it alone.
 */
export const aiShellVersion = 1;
