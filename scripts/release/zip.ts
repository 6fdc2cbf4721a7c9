/** A zip archive (PKWARE's APPNOTE 6.3), as far as packages need it: packed files, no folders, no encryption. */
import { crc32, deflateRawSync } from "node:zlib";

const fileHeader = 0x04034b50;
const directoryHeader = 0x02014b50;
const directoryEnd = 0x06054b50;
/** Version 2.0: packed files. */
const version = 20;
/** Names are UTF-8. */
const flags = 0x0800;
const deflated = 8;
/** The first day that the format knows: equal files make equal archives. */
const firstDay = 0x21;

/** Files by their paths, in this order. */
export const zip = (files: ReadonlyMap<string, Buffer>): Buffer => {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let offset = 0;
	for (const [path, content] of files) {
		const name = Buffer.from(path);
		const packed = deflateRawSync(content, { level: 9 });
		const common = Buffer.alloc(26);
		common.writeUInt16LE(version, 0);
		common.writeUInt16LE(flags, 2);
		common.writeUInt16LE(deflated, 4);
		common.writeUInt16LE(firstDay, 8);
		common.writeUInt32LE(crc32(content), 10);
		common.writeUInt32LE(packed.length, 14);
		common.writeUInt32LE(content.length, 18);
		common.writeUInt16LE(name.length, 22);
		const local = Buffer.concat([number32(fileHeader), common, name, packed]);
		const rest = Buffer.alloc(14);
		rest.writeUInt32LE(offset, 10);
		directory.push(Buffer.concat([number32(directoryHeader), number16(version), common, rest, name]));
		parts.push(local);
		offset += local.length;
	}
	const index = Buffer.concat(directory);
	const end = Buffer.alloc(22);
	end.writeUInt32LE(directoryEnd, 0);
	end.writeUInt16LE(files.size, 8);
	end.writeUInt16LE(files.size, 10);
	end.writeUInt32LE(index.length, 12);
	end.writeUInt32LE(offset, 16);
	return Buffer.concat([...parts, index, end]);
};

const number16 = (value: number): Buffer => {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16LE(value);
	return bytes;
};

const number32 = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
};
