/** The next version: a step (`patch`, `minor`, `major`) from this one, or the one that is named. */
export const bumpVersion = (current: string, step: string): string => {
	if (/^\d+\.\d+\.\d+$/.test(step)) return step;
	const [major = 0, minor = 0, patch = 0] = current.split(".").map(Number);
	if (step === "major") return `${major + 1}.0.0`;
	if (step === "minor") return `${major}.${minor + 1}.0`;
	if (step === "patch") return `${major}.${minor}.${patch + 1}`;
	throw new Error(`"${step}" is no version: say patch, minor, major, or a version such as 1.2.3.`);
};
