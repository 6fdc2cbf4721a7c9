/** The commands of `workspace/executeCommand`. Free of dependencies. */
export const editorCommandNames = [
	"ipyai.prompt",
	"ipyai.runCell",
	"ipyai.interrupt",
	"ipyai.allow",
	"ipyai.deny",
	"ipyai.completionStatistics",
] as const;

export type EditorCommandName = (typeof editorCommandNames)[number];
