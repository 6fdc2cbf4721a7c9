/** No Python environment could be found or made. The message says why and what to do next, ready to be shown. */
export class PythonEnvironmentError extends Error {
	/** @override */
	name = "PythonEnvironmentError";
}
