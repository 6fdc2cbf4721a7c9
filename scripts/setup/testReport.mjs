/** Counts of a vitest JSON report. */

/** @typedef {{ passed: number; failed: number; skipped: number }} Counts */

/**
 * A test file that could not be loaded, a failed check, and a runner that failed for another reason each count as
 * one failure: "0 failed" says that all is well.
 *
 * @param {any} report
 * @param {number} runnerCode
 * @param {number} failedChecks
 * @returns {Counts}
 */
export const countTests = (report, runnerCode, failedChecks) => {
	const brokenFiles = (report?.testResults ?? []).filter(
		(/** @type {any} */ file) =>
			file.status === "failed" &&
			!file.assertionResults.some((/** @type {any} */ test) => test.status === "failed"),
	).length;
	const failed = (report?.numFailedTests ?? 0) + brokenFiles;
	return {
		passed: report?.numPassedTests ?? 0,
		failed: failedChecks + (failed === 0 && runnerCode !== 0 ? 1 : failed),
		skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
	};
};

/** @param {Counts} counts */
export const closingLine = ({ passed, failed, skipped }) =>
	`${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
