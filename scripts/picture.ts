/**
 * `node scripts/picture.ts` writes docs/screen.svg: a real session of `ipyai` on a pty with a real kernel, drawn cell
 * by cell from a terminal. The answers come from the tests' loopback model server, told what to say on the way.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pty from "@lydell/node-pty";
import xterm, { type IBufferCell } from "@xterm/headless";
import { startModelServer } from "../tests/support/modelServer/modelServer.ts";

const columns = 92;
const rows = 29;
const root = join(import.meta.dirname, "..");
const question = "which rows of $`df` are missing a price? Fill them with the mean of their city.";
const answers = [
	'@@tool pyrun {"code":"df[df.price.isna()]"}@@@@then@@',
	"@@tool pyrun {\"code\":\"df['price'] = df.price.fillna(df.groupby('city').price.transform('mean'))\\ndf.price.isna().sum()\"}@@@@then@@",
	"@@say Row **2** (Lima) had no price. It now holds the mean of its city:\n\n```python\nmeans = df.groupby('city').price.transform('mean')\ndf['price'] = df.price.fillna(means)\n```\n\nNo price is missing any more.@@",
].join("");

const model = await startModelServer({});
const relay = createServer(async (request, response) => {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const body = Buffer.concat(chunks)
		.toString()
		.replaceAll(
			"mean of their city.</user-request>",
			() => `${JSON.stringify(answers).slice(1, -1)}</user-request>`,
		);
	const told = body.replaceAll(
		"df.groupby('city').</prefix>",
		"df.groupby('city').@@say price.mean()@@</prefix>",
	);
	const headers = Object.fromEntries(
		Object.entries(request.headers).filter(
			([name]) => !["host", "content-length", "connection"].includes(name),
		),
	);
	const target = `${model.environment.ANTHROPIC_BASE_URL}${request.url}`;
	const reply = await fetch(target, {
		method: "POST",
		headers: headers as Record<string, string>,
		body: told,
	});
	response.writeHead(reply.status, { "content-type": reply.headers.get("content-type") ?? "text/plain" });
	for await (const chunk of reply.body ?? []) response.write(chunk);
	response.end();
});
await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));

const home = mkdtempSync(join(tmpdir(), "ipyai-picture-"));
mkdirSync(join(home, "prices"));
const screen = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
const child = pty.spawn(join(root, "bin/ipyai"), ["--python", join(root, ".python/bin/python")], {
	cols: columns,
	rows,
	cwd: join(home, "prices"),
	env: {
		PATH: process.env.PATH!,
		HOME: home,
		XDG_RUNTIME_DIR: join(home, "run"),
		TERM: "xterm-256color",
		COLORTERM: "truecolor",
		TERM_PROGRAM: "vscode",
		ANTHROPIC_API_KEY: "loopback-key",
		ANTHROPIC_BASE_URL: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
		IPYAI_SERVER_IDLE_MS: "100",
	},
});
child.onData((text) => screen.write(text));
screen.onData((text) => child.write(text));

const text = (): string =>
	Array.from({ length: screen.buffer.active.length }, (_, y) =>
		screen.buffer.active.getLine(y)?.translateToString(true),
	).join("\n");
const until = async (pattern: RegExp): Promise<void> => {
	const deadline = Date.now() + 30_000;
	while (!pattern.test(text())) {
		if (Date.now() > deadline) throw new Error(`${pattern} did not come:\n${text()}`);
		await new Promise((resolve) => setTimeout(resolve, 30));
	}
};

await until(/In \[1\]/);
child.write("import pandas as pd\r");
await until(/In \[2\]/);
child.write(
	"df = pd.DataFrame({'city': ['Lima','Oslo','Lima','Oslo'], 'price': [3.0, 5.0, None, 6.0]}); df\r",
);
await until(/Out\[2\]:[\s\S]*In \[3\]/);
child.write(`.${question}\r`);
await until(/pyrun wants to run/);
child.write("\x1ba");
await until(/No price is missing any more\.[\s\S]*In \[4\]/);
child.write("df.groupby('city').");
await until(/In \[4\]: df\.groupby/);
child.write("\x1b.");
await until(/groupby\('city'\)\.\S/);
await new Promise((resolve) => setTimeout(resolve, 300));
writeFileSync(join(root, "docs/screen.svg"), toSvg());
const ended = new Promise((resolve) => child.onExit(resolve));
child.write("\x1b\x03\x03exit\r");
await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000))]);
child.kill("SIGKILL");
relay.close();
relay.closeAllConnections();
await model.close();
rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
process.exit(0);

function toSvg(): string {
	const [width, height] = [8.4, 18];
	const buffer = screen.buffer.active;
	const lines: string[] = [];
	for (let y = 0; y < rows; y++) {
		const line = buffer.getLine(buffer.viewportY + y);
		const spans: { x: number; text: string; style: string }[] = [];
		for (let x = 0; x < columns; x++) {
			const cell = line?.getCell(x);
			if (!cell || cell.getWidth() === 0) continue;
			const style = styleOf(cell);
			const last = spans.at(-1);
			const chars = cell.getChars() || " ";
			if (last?.style === style && chars.length === 1) last.text += chars;
			else spans.push({ x, text: chars, style });
		}
		const drawn = spans
			.filter(({ text: shown }) => shown.trim() !== "")
			.map(
				({ x, text: shown, style }) =>
					`<tspan x="${(12 + x * width).toFixed(1)}"${style}>${escapeXml(shown)}</tspan>`,
			);
		if (drawn.length > 0)
			lines.push(`<text y="${26 + y * height}" xml:space="preserve">${drawn.join("")}</text>`);
	}
	const [w, h] = [columns * width + 24, rows * height + 24];
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
<title>ipyai: a DataFrame, a question about it, the code the AI ran, its answer, and a suggestion</title>
<rect width="100%" height="100%" rx="8" fill="#1b1d23"/>
<g fill="#d7dae0">
${lines.join("\n")}
</g>
</svg>
`;
}

function styleOf(cell: IBufferCell): string {
	const color = cell.isFgRGB()
		? `#${cell.getFgColor().toString(16).padStart(6, "0")}`
		: cell.isFgPalette()
			? paletteColor(cell.getFgColor())
			: null;
	return [
		color === null ? "" : ` fill="${color}"`,
		cell.isBold() ? ' font-weight="bold"' : "",
		cell.isItalic() ? ' font-style="italic"' : "",
		cell.isDim() ? ' opacity="0.6"' : "",
	].join("");
}

function paletteColor(index: number): string {
	const base =
		"1b1d23 e06c75 98c379 e5c07b 61afef c678dd 56b6c2 d7dae0 7f848e f0808a a9d489 f0d08b 82c0ff d798ee 77d0da ffffff";
	if (index < 16) return `#${base.split(" ")[index]}`;
	if (index >= 232) return `#${(8 + (index - 232) * 10).toString(16).padStart(2, "0").repeat(3)}`;
	const level = (step: number) => (step === 0 ? 0 : 55 + step * 40).toString(16).padStart(2, "0");
	const cube = index - 16;
	return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
}

function escapeXml(value: string): string {
	return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
