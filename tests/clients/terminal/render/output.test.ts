import { describe, expect, test } from "vitest";
import { detectGraphics } from "../../../../clients/terminal/render/images.ts";
import { type OutputOptions, renderOutput } from "../../../../clients/terminal/render/output.ts";
import { createTheme, plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import { lineWidth } from "../../../../clients/terminal/screen/styledText.ts";
import type { Output } from "../../../../protocol/index.ts";

const colors = createTheme({ TERM: "xterm-256color" });
const render = (output: Output, options: Partial<OutputOptions> = {}) =>
	renderOutput(output, { theme: plainTheme, width: 40, graphics: null, ...options });
const result = (data: Record<string, unknown>): Output => ({
	kind: "executeResult",
	executionCount: 3,
	data,
	metadata: {},
});

/** A PNG of 640 by 480, as far as its size goes. */
const png = Buffer.from("89504e470d0a1a0a0000000d494844520000028000000" + "1e0080200000000", "hex").toString(
	"base64",
);

test("a value of one line stands beside its prompt", () => {
	expect(render(result({ "text/plain": "42" }))).toEqual(["Out[3]: 42"]);
});

test("a value of several lines starts below its prompt", () => {
	expect(render(result({ "text/plain": "   a\n0  1" }))).toEqual(["Out[3]:", "   a", "0  1"]);
});

test("the prompt has IPython's colours", () => {
	expect(render(result({ "text/plain": "42" }), { theme: colors })[0]).toMatchInlineSnapshot(
		`"[38;5;203mOut[[0m[1;38;5;203m3[0m[38;5;203m]: [0m42"`,
	);
});

test("a traceback keeps its colours, and loses them without colours", () => {
	const error: Output = { kind: "error", ename: "E", evalue: "v", traceback: ["\x1b[31mE\x1b[0m: v\x1b[2J"] };
	expect(render(error, { theme: colors })).toEqual(["\x1b[31mE\x1b[0m: v"]);
	expect(render(error)).toEqual(["E: v"]);
});

test("Markdown is rendered rather than its text", () => {
	expect(render(result({ "text/markdown": "# Hi\n- a", "text/plain": "<Markdown>" }))).toEqual([
		"Out[3]:",
		"# Hi",
		"",
		"- a",
	]);
});

test("what was left out is named", () => {
	expect(render({ kind: "omitted", chars: 1234, blobId: null })).toEqual([
		"[1,234 characters of output left out]",
	]);
});

describe("pictures", () => {
	const show = (graphics: OutputOptions["graphics"], data = png) =>
		render(
			{ kind: "displayData", data: { "image/png": data, "text/plain": "<Figure>" }, metadata: {} },
			{ graphics },
		);
	test("are named where they can not be shown", () => {
		expect(show(null)).toEqual(["[image/png 640x480]"]);
	});
	test("go to kitty in chunks of 4096", () => {
		const [line] = show("kitty", png + "A".repeat(6000));
		expect(line!.match(/\x1b_G[^;]*;/g)).toEqual(["\x1b_Gf=100,a=T,q=2,c=40,m=1;", "\x1b_Gm=0;"]);
		expect(line!.replace(/\x1b_G[^;]*;|\x1b\\/g, "")).toBe(png + "A".repeat(6000));
	});
	test("go to iTerm2 whole", () => {
		expect(show("iterm2")[0]).toBe(
			`\x1b]1337;File=inline=1;size=30;width=40;preserveAspectRatio=1:${png}\x07`,
		);
	});
	test("that are no base64 write nothing of theirs", () => {
		expect(show("iterm2", "\x1b[2J")).toEqual(["[image/png]"]);
	});
	test.each([
		[{ KITTY_WINDOW_ID: "1" }, "kitty"],
		[{ TERM: "xterm-ghostty" }, "kitty"],
		[{ TERM_PROGRAM: "iTerm.app" }, "iterm2"],
		[{ TERM_PROGRAM: "WezTerm" }, "iterm2"],
		[{ TERM: "foot" }, "sixel"],
		[{ TERM: "xterm-256color", COLORTERM: "truecolor" }, "blocks"],
		[{ TERM: "xterm-256color" }, "blocks256"],
		[{ TERM: "xterm-256color", NO_COLOR: "1" }, null],
		[{ TERM: "vt100" }, null],
	])("%j can show %s", (env, graphics) => {
		expect(detectGraphics(env, () => "")).toBe(graphics);
	});
	test.each([
		["on|kitty(0.35.1) xterm-kitty|256,RGB,title", "kittyInTmux"],
		["off|kitty(0.35.1) xterm-kitty|256,RGB,title", "blocks256"],
		["all|ghostty 1.1 xterm-ghostty|256", "kittyInTmux"],
		["off|foot(1.16) foot|256,RGB,sixel", "sixel"],
		["", "blocks256"],
	])("in a tmux that says %j: %s", (said, graphics) => {
		const env = { TMUX: "/tmp/x", TERM: "tmux-256color", KITTY_WINDOW_ID: "1" };
		expect(detectGraphics(env, () => said)).toBe(graphics);
	});
	test("stand as placeholders in tmux, and go to the terminal around it", () => {
		const lines = show("kittyInTmux", `${png}${"A".repeat(5000)}`);
		expect(lines).toHaveLength(15);
		expect(lines[0]!.match(/\x1bPtmux;\x1b\x1b_G[^;]*;/g)![0]).toMatch(
			/a=T,U=1,f=100,i=\d+,c=40,r=15,q=2,m=1;$/,
		);
		const id = Number(/i=(\d+)/.exec(lines[0]!)![1]);
		const colour = [id >> 16, (id >> 8) & 255, id & 255].join(";");
		for (const line of lines) expect(line).toContain(`\x1b[38;2;${colour}m\u{10eeee}`);
		expect(lineWidth(lines[1]!)).toBe(40);
	});
});
