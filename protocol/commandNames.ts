/**
 * The words after `%ipyai`, for completion and for telling a mistyped one: what the server answers. Free of
 * dependencies; `server/commands` has one entry for each.
 */
export const commandNames = [
	"backend",
	"model",
	"completion_model",
	"think",
	"permissions",
	"search",
	"code_theme",
	"log_exact",
	"prompt_mode",
	"prompt",
	"reset",
	"usage",
	"context",
	"hide",
	"queue",
	"variables",
	"tool",
	"tools",
	"skills",
	"sessions",
	"rename",
	"fork",
	"resume",
	"rerun",
	"restart",
	"detach",
	"delete",
	"export",
	"import",
	"save",
	"load",
	"help",
] as const;
export type CommandName = (typeof commandNames)[number];
