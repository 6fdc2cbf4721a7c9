import type { Program, Touch } from "../program.ts";
import { doubt } from "../words.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Before the starting points. */
const first = words("-H -P");
const alone = words(
	"-empty -xdev -mount -depth -d -print -print0 -ls -prune -quit -not ! ( ) -a -and -o -or , -true -false -executable -readable -writable -daystart -noleaf -nouser -nogroup -ignore_readdir_race -nowarn",
);
const withData = words(
	"-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -size -mtime -mmin -atime -amin -ctime -cmin -maxdepth -mindepth -user -group -uid -gid -perm -links -inum -printf -used -fstype -newermt -newerat -newerct -lname -ilname",
);
const withFile = words("-newer -anewer -cnewer -samefile");

/** `find`, whose tests and actions are words of their own: those that only look are known. */
export const find: Program = (args) => {
	const touches: Touch[] = [];
	let at = 0;
	while (first.has(args[at] ?? "")) at++;
	for (; at < args.length && !/^[-(!,]/.test(args[at]!); at++)
		touches.push({ kind: "lists", path: args[at]! });
	if (touches.length === 0) touches.push({ kind: "lists", path: "." });
	for (; at < args.length; at++) {
		const word = args[at]!;
		if (alone.has(word)) continue;
		const value = args[at + 1];
		if (!withData.has(word) && !withFile.has(word)) return doubt(`what ${word} does is not known`);
		if (value === undefined) return doubt(`${word} has no value`);
		if (withFile.has(word)) touches.push({ kind: "lists", path: value });
		at++;
	}
	return { touches };
};
