/** HTML's character references: by number, and by those names that are given. */

type Entities = Readonly<Record<string, string>>;

export const commonEntities: Entities = {
	amp: "&",
	lt: "<",
	gt: ">",
	quot: '"',
	apos: "'",
	nbsp: " ",
};

/** The text with what its references stand for; others are left as they are. */
export const unescapeHtml = (text: string, entities: Entities): string =>
	text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|[a-z]{1,8});/gi, (whole, name: string) => {
		if (!name.startsWith("#")) return entities[name.toLowerCase()] ?? whole;
		const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
		return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});
