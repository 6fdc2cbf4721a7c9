import { expect, test } from "vitest";
import { applySgr, noSgr, sgrSequence } from "../../../ground/text/sgr.ts";

test.each([
	["31", "\x1b[31m"],
	["1;4;97;44", "\x1b[1;4;97;44m"],
	["38;5;208;48;2;1;2;255", "\x1b[38;5;208;48;2;1;2;255m"],
	["38:2::1:2:3", "\x1b[38;2;1;2;3m"],
	["38:5:9;1", "\x1b[1;91m"],
	["4:3", "\x1b[4m"],
	["1;4:0", "\x1b[1m"],
	["31;0", ""],
	["31;39", ""],
	["58;5;1;3", "\x1b[3m"],
	["8", ""],
	["5;25;10;53;999", ""],
	["38;9;1", "\x1b[1m"],
	["38;5", "\x1b[30m"],
])("%s becomes %j", (parameters, expected) => {
	expect(sgrSequence(applySgr(noSgr, parameters))).toBe(expected);
});
