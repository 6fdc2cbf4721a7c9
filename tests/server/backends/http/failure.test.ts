import { expect, test } from "vitest";
import { describeFailure, redact, summarizeText } from "../../../../server/backends/http/failure.ts";
import { retryDelay } from "../../../../server/backends/loop/retry.ts";

const describe = (error: object, environment: Record<string, string> = {}) =>
	describeFailure(Object.assign(new Error("failed"), error), {
		backend: "claude-api",
		endpoint: { baseUrl: "https://api.example.com", keyName: "ANTHROPIC_API_KEY" },
		environment,
	});

const body = (type: string, message: string) => ({ type: "error", error: { type, message } });

test("a wrong key: what came back and what to do", () => {
	expect(
		describe({ status: 401, error: body("authentication_error", "invalid x-api-key") }).text,
	).toMatchInlineSnapshot(
		`"claude-api: 401 authentication_error: invalid x-api-key. Check ANTHROPIC_API_KEY, or choose another backend with %ipyai backend."`,
	);
});

test("a prompt that is too long", () => {
	const failure = describe({
		status: 400,
		error: body("invalid_request_error", "prompt is too long: 3 > 2"),
	});
	expect(failure.text).toContain("%ipyai reset");
	expect(failure.retries).toBe(0);
});

test.each(["http://127.0.0.1:99999", "http://a b/v1", "https://"])(
	"a base URL that is none: %s",
	(baseUrl) => {
		const thrown = (() => {
			try {
				return new URL(baseUrl);
			} catch (error) {
				return error;
			}
		})();
		const endpoint = { baseUrl, keyName: "ANTHROPIC_API_KEY" };
		const failure = describeFailure(thrown, { backend: "claude-api", endpoint, environment: {} });
		expect([failure.text, failure.retries]).toEqual([
			`claude-api: The base URL ${baseUrl} is no address. Correct it where you set it (a port is at most 65535), and start ipyai from that shell.`,
			0,
		]);
	},
);

test("a network that does not answer", () => {
	const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
	expect(describe({ cause }).text).toMatchInlineSnapshot(
		`"claude-api: https://api.example.com cannot be reached (ECONNREFUSED). Check the network, the base URL and the proxy variables."`,
	);
});

test("the provider's wish not to be asked again is followed", () => {
	const headers = new Headers({ "x-should-retry": "false" });
	expect(describe({ status: 529, headers }).retries).toBe(0);
	expect(describe({ status: 529 }).retries).toBeGreaterThan(0);
});

test("keys never show, in whatever a provider sends back", () => {
	const environment = { MY_API_KEY: "hush-hush", HTTPS_PROXY: "http://me:pw@proxy:1" };
	expect(redact("key hush-hush at http://me:pw@proxy:1 and sk-ant-12345678", environment)).toBe(
		"key [redacted MY_API_KEY] at http://me:[redacted]@proxy:1 and [redacted]",
	);
});

test("a page is its title, a long text its beginning", () => {
	expect(summarizeText("<html><title>502 Bad</title><p>x")).toBe('an HTML page titled "502 Bad"');
	expect(summarizeText("<!DOCTYPE html>")).toBe("an HTML page");
	expect(summarizeText("a\n b".repeat(1000)).length).toBeLessThan(410);
});

test("waits grow, keep to the provider's wish, and end where patience does", () => {
	expect([1, 2, 3, 9].map((attempt) => retryDelay(attempt, null, 0.5))).toEqual([500, 1000, 2000, 8000]);
	expect([0, 1].map((random) => retryDelay(1, null, random))).toEqual([375, 625]);
	expect(retryDelay(1, 7000, 0)).toBe(7000);
	expect(retryDelay(1, 3_600_000, 0)).toBeNull();
});
