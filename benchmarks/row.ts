/** One line of the table. Figures are text with their unit; the ratio is ours to the peer's. */
export type BenchmarkRow = {
	readonly what: string;
	readonly ours: string;
	readonly peer: string;
	readonly peerName: string;
	readonly ratio: string;
	/** The figure of the design that this row is held to. */
	readonly target: string;
};

export const printRow = (row: BenchmarkRow): void => console.log(JSON.stringify(row));

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const percentile = (values: readonly number[], share: number): number =>
	[...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
	Number.NaN;

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
