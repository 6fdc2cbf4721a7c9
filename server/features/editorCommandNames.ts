/** The commands of `workspace/executeCommand`. */
export const editorCommandNames = [
	"ipyai.prompt",
	"ipyai.runCell",
	"ipyai.interrupt",
	"ipyai.allow",
	"ipyai.deny",
	"ipyai.completionStatistics",
] as const;

export type EditorCommandName = (typeof editorCommandNames)[number];
