/**
 * `!command` lines that need the whole terminal: the client runs them. Other programs run in the kernel, which asks for
 * the lines that they read (`clients/ipython/ipyai/programs/programs.py`).
 */

/** Programs that take the terminal whatever their arguments. */
const fullScreen = new Set(
	"vi vim nvim view nano pico micro emacs helix hx less more most man info top htop btop atop watch ssh mosh tmux screen fzf tig lazygit ranger nnn mc ncdu w3m lynx links gdb lldb ipdb ipython ipyai ipyclaude ipycodex claude codex psql mysql sqlite3 redis-cli gh".split(
		" ",
	),
);
/** Shells and interpreters: without arguments they read the keyboard, with a script they do not. */
const interpreters = new Set(
	"bash zsh fish sh dash ksh python python3 node deno irb R julia ghci lua perl".split(" "),
);
/** Subcommands that open an editor. */
const editing =
	/^git\s+(commit(?!.*\s(-m|-F|--message|--file|-[a-z]*m)\b)|rebase\s.*-i|add\s+-[pi]|add\s+--patch)/;

/** The command of a `!` line that must run in the client, or `null` when the kernel can run it. */
export const fullScreenCommand = (cell: string): string | null => {
	const match = /^\s*!(?!!)\s*([^\n]+?)\s*$/.exec(cell);
	if (match === null) return null;
	const command = match[1]!;
	// With a pipe or a redirection the program's output is wanted, not its screen.
	if (/[|<>]|&\s*$/.test(command)) return null;
	const bare = command.replace(/^(\w+=\S*\s+|sudo\s+|env\s+)*/, "");
	const [program = "", ...args] = bare.split(/\s+/);
	const name = program.split("/").at(-1)!;
	if (name === "emacs" && args.includes("--batch")) return null;
	if (name === "gh" && !/^gh\s+\w+\s+(create|edit)/.test(bare)) return null;
	if (
		/^(psql|mysql|sqlite3|redis-cli)$/.test(name) &&
		args.some((arg) => /^(-c|-e|--command|--execute)/.test(arg))
	)
		return null;
	if (/^(ssh|claude|codex)$/.test(name) && args.some((arg) => /^(-p|exec)$/.test(arg))) return null;
	if (fullScreen.has(name) || (interpreters.has(name) && args.length === 0)) return command;
	return editing.test(bare) ? command : null;
};
