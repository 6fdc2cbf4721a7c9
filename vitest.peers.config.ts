import { defineConfig } from "vitest/config";

/** Tests against real peers: `npm run test:peers`. */
export default defineConfig({
	test: {
		include: ["tests/peers/**/*.peer.ts"],
		pool: "forks",
		maxWorkers: 1,
		testTimeout: 120_000,
		setupFiles: ["tests/support/isolate.ts"],
	},
});
