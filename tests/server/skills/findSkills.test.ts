/** Where skills are found, which of them wins, and that nothing that lies there does harm. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findSkills } from "../../../server/skills/findSkills.ts";
import { folderWith } from "../../support/folder.ts";

const skill = (name: string, more = "", description = `Knows about ${name}.`): string =>
	`---\nname: ${name}\ndescription: ${description}\n${more}---\nHow ${name} is done.\n`;

const setUp = (files: Readonly<Record<string, string>>) => {
	const home = realpathSync(folderWith({ "work/in/plain.txt": "", ...files }));
	const find = async (cwd = "work/in") => {
		const { found, passedOver } = await findSkills(join(home, cwd), { HOME: home });
		return {
			skills: found.map((each) => each.skill),
			names: found.map((each) => `${each.skill.name} (${each.skill.origin})`),
			passedOver: passedOver.map(({ path, reason }) => `${path} ${reason}`.replaceAll(home, "~")),
		};
	};
	return { home, find };
};

test("the folder's and those above it come first, then the person's, Claude Code's and its plugins'", async () => {
	const { home, find } = setUp({
		"work/in/.agents/skills/a/SKILL.md": skill("a"),
		"work/.claude/skills/b/SKILL.md": skill("b"),
		"work/.claude/plugins/tools/.claude-plugin/plugin.json": '{"name": "tools"}',
		"work/.claude/plugins/tools/skills/c/SKILL.md": skill("c"),
		".agents/skills/d/SKILL.md": skill("d"),
		".config/agents/skills/e/SKILL.md": skill("e"),
		".claude/skills/f/SKILL.md": skill("f"),
		"elsewhere/g/.claude-plugin/plugin.json": '{"name": "g"}',
		"elsewhere/g/skills/h/SKILL.md": skill("h"),
		"elsewhere/off/.claude-plugin/plugin.json": '{"name": "off"}',
		"elsewhere/off/skills/i/SKILL.md": skill("i"),
		".claude/settings.json": '{"enabledPlugins": {"g@market": true, "off@market": false}}',
	});
	const installed = (name: string) => [{ scope: "user", installPath: join(home, "elsewhere", name) }];
	const plugins = { "g@market": installed("g"), "off@market": installed("off") };
	writeFileSync(join(home, ".claude/plugins.json"), "");
	mkdirSync(join(home, ".claude/plugins"));
	writeFileSync(
		join(home, ".claude/plugins/installed_plugins.json"),
		JSON.stringify({ version: 2, plugins }),
	);
	expect((await find()).names).toEqual([
		"a (project)",
		"b (project)",
		"tools:c (project)",
		"d (person)",
		"e (person)",
		"f (person)",
		"g:h (plugin)",
	]);
});

test("of one name the nearest wins, and the other is said", async () => {
	const { home, find } = setUp({
		"work/in/.agents/skills/x/SKILL.md": skill("tidy", "", "Near."),
		".claude/skills/y/SKILL.md": skill("tidy", "", "Far."),
	});
	const { skills, passedOver } = await find();
	expect(skills.map(({ description }) => description)).toEqual(["Near."]);
	expect(passedOver).toEqual([`~/.claude/skills/y is called tidy, as the nearer ~/work/in/.agents/skills/x`]);
	// The same folder by two ways is one.
	symlinkSync(join(home, ".claude/skills/y"), join(home, ".claude/skills/z"));
	expect((await find("")).names).toEqual(["tidy (person)"]);
});

test("what it brings: blocks, functions, variables, commands; Claude Code's own tools are none of them", async () => {
	const { find } = setUp({
		"work/.agents/skills/x/SKILL.md": `${skill("x", "allowed-tools: fetch Read Bash(git log:*)\nexposed-vars: df\nshell-cmds: ls\n")}use &\`tidy\` on $\`df.shape\`, !\`git log\`\n\`\`\`python\n#| eval: true\nx = 1\n\`\`\`\n`,
	});
	const [found] = (await find()).skills;
	expect(found!.blocks).toEqual(["x = 1"]);
	expect(found!.brought).toEqual({
		tools: ["fetch", "tidy"],
		variables: ["df", "df.shape"],
		commands: ["ls", "git log"],
	});
});

test("what is no skill says why, and hides no other", async () => {
	const { home, find } = setUp({
		"work/.agents/skills/broken/SKILL.md": "---\nname: [\n---\n",
		"work/.agents/skills/good/SKILL.md": skill("good"),
		"work/.agents/skills/headless/SKILL.md": "Just text.",
		"work/.agents/skills/huge/SKILL.md": skill("huge") + "x".repeat(200_000),
		"work/.agents/skills/nameless/SKILL.md": "---\ndescription: x\n---\n",
		"work/.agents/skills/newline/SKILL.md": '---\nname: "a\\nb"\n---\n',
		"work/.agents/skills/empty/other.md": "",
		"work/.agents/skills/loose.md": skill("loose"),
		"secret/SKILL.md": skill("secret"),
		"secret/key": "-----BEGIN KEY-----",
	});
	const folder = join(home, "work/.agents/skills");
	const add = (name: string): string => {
		mkdirSync(join(folder, name));
		return join(folder, name, "SKILL.md");
	};
	writeFileSync(add("latin"), Buffer.from("---\nname: latin\n---\ncaf\xe9", "latin1"));
	execFileSync("mkfifo", [add("pipe")]);
	mkdirSync(add("folder"));
	symlinkSync("/dev/zero", add("device"));
	symlinkSync(join(home, "secret/key"), add("stolen"));
	symlinkSync(join(home, "secret"), join(folder, "linked"));
	symlinkSync("nowhere", join(folder, "dangling"));
	writeFileSync(add("open"), skill("open"));
	chmodSync(join(folder, "open/SKILL.md"), 0o666);
	const { names, passedOver } = await find();
	expect(names).toEqual(["good (project)"]);
	expect(passedOver.join("\n").replaceAll("~/work/.agents/skills/", "")).toMatchInlineSnapshot(`
		"broken/SKILL.md has front matter that is no YAML (Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1:)
		device/SKILL.md is a link that leads out of its folder
		folder/SKILL.md is no regular file
		headless/SKILL.md has no front matter, which would name it
		huge/SKILL.md is longer than 128 KB
		latin/SKILL.md is no UTF-8
		linked/SKILL.md lies behind a link that leads out of ~/work
		nameless/SKILL.md has no name of up to 64 letters, digits, dots and dashes
		newline/SKILL.md has no name of up to 64 letters, digits, dots and dashes
		open/SKILL.md can be written by everybody
		pipe/SKILL.md is no regular file
		stolen/SKILL.md is a link that leads out of its folder"
	`);
	expect(passedOver.join("\n")).not.toContain("BEGIN KEY");
});

test.skipIf(process.getuid?.() !== 0)("what belongs to another user is not read", async () => {
	const { home, find } = setUp({ "work/.agents/skills/x/SKILL.md": skill("x") });
	execFileSync("chown", ["12345", join(home, "work/.agents/skills/x/SKILL.md")]);
	const { names, passedOver } = await find();
	expect(names).toEqual([]);
	expect(passedOver).toEqual(["~/work/.agents/skills/x/SKILL.md belongs to another user"]);
});

test("names and descriptions have bounds", async () => {
	const long = setUp({ "work/.agents/skills/x/SKILL.md": skill("x", "", `|\n  ${"word ".repeat(1000)}`) });
	expect((await long.find()).skills[0]!.description).toHaveLength(1024);
	const many = Object.fromEntries(
		[...Array(250).keys()].map((n) => [`work/.agents/skills/s${n}/SKILL.md`, skill(`s${n}`)]),
	);
	const { names, passedOver } = await setUp(many).find();
	expect(names).toHaveLength(100);
	expect(passedOver[0]).toBe("~/work/.agents/skills holds more than 200 folders: the others are left out");
	expect(passedOver[1]).toMatch(/has no room: there are too many skills/);
});
