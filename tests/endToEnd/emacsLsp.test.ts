/**
 * Emacs, set up as docs/editors.md says, on `ipyai lsp`. Emacs comes with a system, not with the test environment: what
 * is neither on PATH nor in `IPYAI_TEST_EMACS` is not tested.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, type TestContext, test } from "vitest";
import { makeFolderLive } from "../support/liveFolder.ts";
import { installFromSources } from "../support/lspEditor.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { newPerson } from "../support/person.ts";
import { testPython } from "../support/python.ts";
import { readSource } from "../support/sources.ts";

const emacs = process.env.IPYAI_TEST_EMACS ?? "emacs";

/** A block of docs/editors.md, as it stands there. */
const setUp = (name: string): string =>
	new RegExp(`<!-- example: ${name} -->\\n\`\`\`elisp\\n([\\s\\S]*?)\`\`\``).exec(
		readSource("docs/editors.md"),
	)![1]!;

const skipWithout = (context: TestContext, args: readonly string[], expression: string, what: string) =>
	context.skip(
		spawnSync(emacs, [...args, "--batch", "--eval", `(unless ${expression} (kill-emacs 1))`]).status !== 0,
		`no Emacs with ${what}: ${emacs}`,
	);

/** Runs a script beside a live session of its folder, and gives what it printed. */
const runEmacs = async (args: readonly string[], script: string): Promise<string> => {
	const model = await startModelServer();
	onTestFinished(model.close);
	const person = newPerson({ ...model.environment, IPYAI_PYTHON: testPython() });
	const { folder: cwd } = person;
	const environment = installFromSources(person);
	mkdirSync(join(cwd, ".git"));
	writeFileSync(join(cwd, "a.py"), "prices = [3, 5, 8]\n");
	writeFileSync(join(cwd, "script.el"), script);
	await makeFolderLive(cwd, environment);
	const { stdout } = await promisify(execFile)(emacs, [...args, "--batch", "-l", "script.el"], {
		cwd,
		env: environment,
	});
	return stdout.replaceAll(cwd, "~");
};

const say = `(defun say (&rest values)
  (princ (concat (mapconcat (lambda (value) (format "%S" (if (stringp value) (substring-no-properties value) value))) values " ") "\\n")))`;

/** What a person does, with the keys' commands; each prints what comes of it. */
const inEglot = `
${setUp("eglot")}
(require 'eglot)
${say}
(defun run (command &rest arguments)
  (jsonrpc-request (eglot-current-server) :workspace/executeCommand
    (list :command command :arguments (vector arguments)) :timeout 20))
(find-file "a.py")
(setq eglot-sync-connect 20)
(call-interactively 'eglot)
(say 'connected (and (eglot-current-server) t))
(say 'cell (plist-get (run "ipyai.runCell" :uri (concat "file://" (file-truename (buffer-file-name))) :line 0) :status))
(goto-char (point-max))
(insert "prices.ind")
(eglot--signal-textDocument/didChange)
(call-interactively 'completion-at-point)
(say 'completed (buffer-substring (line-beginning-position) (point)))
(search-backward "prices")
(say 'hover (seq-take (string-lines (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams)) :contents) :value)) 2))
(say 'actions (mapcar (lambda (action) (plist-get action :title)) (eglot-code-actions 1 10)))
(say 'answer (plist-get (run "ipyai.prompt" :text "@@say It is eight.@@") :answer))
(defvar told nil)
(advice-add 'message :before (lambda (form &rest args) (push (if form (apply #'format form args) "") told)))
(ipyai-ask "@@say It is nine.@@")
(with-timeout (20 (say 'late))
  (while (not (seq-some (lambda (each) (string-match-p "It is nine" each)) told)) (accept-process-output nil 0.1)))
(say 'told t)
(setq completing-read-function (lambda (prompt choices &rest _)
  (say 'asked prompt choices)
  "Allow"))
(say 'answer (plist-get (run "ipyai.prompt" :text "@@tool pyrun {\\"code\\": \\"6 * 7\\"}@@") :answer))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
`;

test("eglot runs a cell, completes and hovers live names, offers actions, asks, and puts a tool before the person", async (context) => {
	skipWithout(context, ["-Q"], "(require 'eglot nil t)", "eglot");
	expect(await runEmacs(["-Q"], inEglot)).toMatchInlineSnapshot(`
		"connected t
		cell "ok"
		completed "prices.index"
		hover ("Type:  list" "Value: [3, 5, 8]")
		actions ("Ask ipyai about this")
		answer "It is eight."
		told t
		asked "[eglot] Server reports (type=2): ipyai: the model wants to run pyrun:
		6 * 7
		(Always: run any Python code in this session without asking.)
		Choose an option: " ("Allow" "Always" "Deny")
		answer "TOOL SAID: 42"
		"
	`);
});

const inLspMode = `
(require 'lsp-mode)
(require 'lsp-completion)
${setUp("lsp-mode")}
${say}
(defun completing-read (prompt choices &rest _)
  (say 'asked prompt (mapcar (lambda (choice) (if (consp choice) (car choice) choice)) choices))
  "Allow")
(defun run (command &rest argument)
  (lsp-request "workspace/executeCommand" (list :command command :arguments (vector argument))))
(setq lsp-auto-guess-root t lsp-restart 'ignore lsp-enable-snippet nil)
(find-file "a.py")
(lsp)
(with-timeout (20 (say 'late))
  (while (not (and (lsp-workspaces) (eq 'initialized (lsp--workspace-status (car (lsp-workspaces))))))
    (accept-process-output nil 0.1)))
(say 'connected (mapcar (lambda (workspace) (lsp--client-server-id (lsp--workspace-client workspace))) (lsp-workspaces)))
(say 'cell (gethash "status" (run "ipyai.runCell" :uri (lsp--buffer-uri) :line 0)))
(goto-char (point-max))
(insert "prices.ind")
(lsp-completion-mode 1)
; A kernel that is just loading its completion library may have nothing to say yet.
(with-timeout (20 (say 'late))
  (while (looking-back "ind" (line-beginning-position))
    (call-interactively 'completion-at-point)
    (accept-process-output nil 0.1)))
(say 'completed (buffer-substring (line-beginning-position) (point)))
(search-backward "prices")
(say 'hover (seq-take (split-string (substring-no-properties (lsp--render-element (lsp:hover-contents (lsp-request "textDocument/hover" (lsp--text-document-position-params))))) "\\n") 2))
(push-mark (point))
(end-of-line)
(setq transient-mark-mode t mark-active t)
(say 'actions (mapcar 'lsp:code-action-title (lsp-code-actions-at-point)))
(say 'answer (gethash "answer" (run "ipyai.prompt" :text "@@tool pyrun {\\"code\\": \\"6 * 7\\"}@@")))
(set-buffer-modified-p nil)
(kill-buffer)
`;

test("lsp-mode does the same, and puts a tool before the person", async (context) => {
	// A package: without the site's files it would not be found.
	skipWithout(context, [], "(require 'lsp-mode nil t)", "lsp-mode");
	expect(await runEmacs([], inLspMode)).toMatchInlineSnapshot(`
		"connected (ipyai)
		cell "ok"
		completed "prices.index"
		hover ("Type:  list" "Value: [3, 5, 8]")
		actions ("Ask ipyai about this")
		asked "ipyai: the model wants to run pyrun:
		6 * 7
		(Always: run any Python code in this session without asking.) " ("Allow" "Always" "Deny")
		answer "TOOL SAID: 42"
		"
	`);
});
