/**
 * What the doc comments in `protocol/` say of its schemas: the one source of the descriptions in `docs/schema.json`.
 * Read by TypeScript's own parser, as zod's schemas know nothing of comments.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
	type CallExpression,
	type Expression,
	getLeadingCommentRanges,
	type Node,
	type SourceFile,
	SyntaxKind,
} from "typescript/unstable/ast";
import {
	isArrayLiteralExpression,
	isAsExpression,
	isCallExpression,
	isIdentifier,
	isObjectLiteralExpression,
	isPropertyAccessExpression,
	isPropertyAssignment,
	isSatisfiesExpression,
	isShorthandPropertyAssignment,
	isStringLiteral,
	isVariableStatement,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";

/** The comments of one schema, along its own form. */
export type Described = {
	readonly text?: string;
	readonly fields?: Readonly<Record<string, Described>>;
	readonly options?: readonly Described[];
	readonly item?: Described;
};

const folder = join(import.meta.dirname, "../../protocol");

/** For each constant of `protocol/`, by its name. */
export const docComments = (): ReadonlyMap<string, Described> => {
	const api = new API({ cwd: import.meta.dirname });
	try {
		const project = join(import.meta.dirname, "tsconfig.json");
		const [opened] = api.updateSnapshot({ openProjects: [project] }).getProjects();
		const constants = new Map<string, Constant>();
		for (const name of readdirSync(folder)) {
			const file = name.endsWith(".ts") ? opened?.program.getSourceFile(join(folder, name)) : undefined;
			if (file) for (const constant of constantsOf(file)) constants.set(constant.name, constant);
		}
		return new Map([...constants.keys()].map((name) => [name, describeConstant(name, constants)]));
	} finally {
		api.close();
	}
};

type Constant = {
	readonly name: string;
	readonly isExported: boolean;
	readonly file: SourceFile;
	readonly node: Node;
	readonly value: Expression;
};

const constantsOf = (file: SourceFile): Constant[] =>
	file.statements.flatMap((node) => {
		if (!isVariableStatement(node)) return [];
		const isExported = node.modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword) ?? false;
		return node.declarationList.declarations.flatMap(({ name, initializer }) =>
			isIdentifier(name) && initializer
				? [{ name: name.text, isExported, file, node, value: initializer }]
				: [],
		);
	});

const describeConstant = (name: string, constants: ReadonlyMap<string, Constant>): Described => {
	const constant = constants.get(name);
	if (!constant) return {};
	const text = commentOf(constant.file, constant.node);
	const described = describe(constant.value, constant.file, constants);
	return text === undefined ? described : { ...described, text };
};

/** Where a constant is used: one that is exported is a definition of its own, which says what it is. */
const describeNamed = (name: string, constants: ReadonlyMap<string, Constant>): Described => {
	const described = describeConstant(name, constants);
	if (!constants.get(name)?.isExported) return described;
	const { text: _, ...form } = described;
	return form;
};

/** What stands in front of a node: its last doc comment, on one line. */
const commentOf = (file: SourceFile, node: Node): string | undefined => {
	const [last] = (getLeadingCommentRanges(file.text, node.pos) ?? [])
		.map(({ pos, end }) => file.text.slice(pos, end))
		.filter((comment) => comment.startsWith("/**"))
		.slice(-1);
	return last
		?.slice(3, -2)
		.replace(/\n[ \t]*\* ?/g, " ")
		.replace(/\s+/g, " ")
		.trim();
};

const describe = (
	value: Expression,
	file: SourceFile,
	constants: ReadonlyMap<string, Constant>,
): Described => {
	if (isAsExpression(value) || isSatisfiesExpression(value))
		return describe(value.expression, file, constants);
	if (isIdentifier(value)) return describeNamed(value.text, constants);
	if (isPropertyAccessExpression(value)) return describeNamed(value.name.text, constants);
	if (isObjectLiteralExpression(value)) return { fields: fieldsOf(value, file, constants) };
	if (!isCallExpression(value)) return {};
	return describeCall(value, file, constants);
};

const describeCall = (
	call: CallExpression,
	file: SourceFile,
	constants: ReadonlyMap<string, Constant>,
): Described => {
	const { expression: called } = call;
	const last = call.arguments.at(-1);
	if (!isPropertyAccessExpression(called)) return {};
	const inner = (argument: Expression | undefined): Described =>
		argument ? describe(argument, file, constants) : {};
	const isOfZod = isIdentifier(called.expression) && called.expression.text === "z";
	if (!isOfZod) {
		const before = describe(called.expression, file, constants);
		if (called.name.text !== "extend") return before;
		return { ...before, fields: { ...before.fields, ...inner(last).fields } };
	}
	switch (called.name.text) {
		case "object":
		case "looseObject":
			return inner(last);
		case "array":
			return { item: inner(last) };
		case "record":
			return {};
		case "union":
		case "discriminatedUnion":
			return last && isArrayLiteralExpression(last)
				? { options: last.elements.map((each) => withComment(each, describe(each, file, constants), file)) }
				: {};
		default:
			return {};
	}
};

const fieldsOf = (
	literal: Node & { readonly properties: Iterable<Node> },
	file: SourceFile,
	constants: ReadonlyMap<string, Constant>,
): Readonly<Record<string, Described>> => {
	const fields: Record<string, Described> = {};
	for (const property of literal.properties) {
		if (isShorthandPropertyAssignment(property) && isIdentifier(property.name)) {
			const { text } = property.name;
			fields[text] = withComment(property, describeNamed(text, constants), file);
		}
		if (!isPropertyAssignment(property)) continue;
		const { name } = property;
		if (isIdentifier(name) || isStringLiteral(name))
			fields[name.text] = withComment(property, describe(property.initializer, file, constants), file);
	}
	return fields;
};

const withComment = (node: Node, described: Described, file: SourceFile): Described => {
	const text = commentOf(file, node);
	return text === undefined ? described : { ...described, text };
};
