import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lies, mayList, mayRead, type Place, placeOf, writing } from "../../../server/tools/places.ts";

let home: string;
let place: Place;
const files: Readonly<Record<string, string>> = {
	"p/.git/config": "[core]\n",
	"p/data/a.csv": "1\n",
	"p/src/b.py": "",
	"p/keys/server.pem": "",
	"p/.env": "",
	"p/.env.example": "",
	"p/clone/.git/config": "[remote]\nurl = https://me:token@host/x\n",
	"p/venv/site-packages/certifi/cacert.pem": "",
	"p-other/secret.txt": "",
	".ssh/id_ed25519": "",
	"notes.txt": "",
};

beforeAll(() => {
	home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-places-")));
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(home, name)), { recursive: true });
		writeFileSync(join(home, name), text);
	}
	symlinkSync(join(home, "notes.txt"), join(home, "p/link.txt"));
	symlinkSync(join(home, ".ssh"), join(home, "p/keys-link"));
	symlinkSync(home, join(home, "p/up"));
	place = placeOf(join(home, "p/src"), join(home, "p/src"), { HOME: home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("the project is the repository around the folder", () => expect(place.project).toBe(join(home, "p")));

test.each([
	["b.py", true],
	["../data", true],
	["../data/../src/b.py", true],
	["../.env.example", true],
	["../venv", true],
	["../.git/config", true],
	["/usr/share", true],
	["/etc/os-release", true],
	["../.env", false],
	["../.ENV", false],
	["../keys", false],
	["..", false],
	["../clone/.git/config", false],
	["../clone", false],
	["../link.txt", false],
	["../keys-link/id_ed25519", false],
	["../up/notes.txt", false],
	// A link is followed before the step up from it: this is the folder above the home.
	["../up/../src/b.py", false],
	["../../notes.txt", false],
	["../../p-other/secret.txt", false],
	["~/p/data/a.csv", true],
	["~/notes.txt", false],
	["~root/x", false],
	["/etc/passwd", false],
	["/proc/self/environ", false],
	["/", false],
])("may read %s: %s", (path, expected) => expect(mayRead(path, place)).toBe(expected));

test.each([
	["..", true],
	["/", true],
	["../../.ssh", false],
	["../keys-link", false],
])("may list %s: %s", (path, expected) => expect(mayList(path, place)).toBe(expected));

test.each([
	["new/deep/file.txt", "contained"],
	["../data/a.csv", "contained"],
	["../../notes.txt", "open"],
	["../link.txt", "open"],
	["/etc/x", "open"],
	["../.git/hooks/pre-commit", "guarded"],
	["../.GIT/config", "guarded"],
	["../.git", "guarded"],
	["sub/.git/config", "guarded"],
	["../.envrc", "guarded"],
	["../.claude/settings.json", "guarded"],
	["../.mcp.json", "guarded"],
	["../up/.bashrc", "guarded"],
	["../../.bashrc", "guarded"],
	["../../.config/ipyai/config.json", "guarded"],
	["../../.local/state/ipyai/ipyai.sqlite", "guarded"],
	["../../.local/bin/ls", "guarded"],
	["../keys-link/authorized_keys", "guarded"],
])("writing %s is %s", (path, expected) => expect(writing(path, place)).toBe(expected));

test("a home is no project: hidden files stay unread, and nothing written there is contained", () => {
	const at = placeOf(home, home, { HOME: home });
	expect(mayRead("notes.txt", at)).toBe(true);
	expect(mayRead(".profile", at)).toBe(false);
	expect(writing("notes.txt", at)).toBe("open");
	expect(writing(".bashrc", at)).toBe("guarded");
});

test("paths are compared by whole components", () => {
	expect(lies("/tmpevil", "/tmp")).toBe(false);
	expect(lies("/tmp/x", "/tmp")).toBe(true);
	expect(lies("/x", "/")).toBe(true);
});
