/**
 * Emacs, set up as docs/editors.md says, on `ipyai lsp`. Emacs comes with a system, not with the test environment: where
 * none with eglot (29 or newer) is on PATH or in `IPYAI_TEST_EMACS`, nothing is tested here.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { joinServer } from "../../clients/common/joinServer.ts";
import { spawnKernel } from "../../clients/common/spawnKernel.ts";
import { lspCommand } from "../support/lspEditor.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { newPerson } from "../support/person.ts";
import { testPython } from "../support/python.ts";
import { nextRequestId } from "../support/sessionWithKernel.ts";
import { readSource } from "../support/sources.ts";

const emacs = process.env.IPYAI_TEST_EMACS ?? "emacs";
const hasEglot = spawnSync(emacs, ["--batch", "--eval", "(require 'eglot)"]).status === 0;

const setUp = /<!-- example: eglot -->\n```elisp\n([\s\S]*?)```/.exec(readSource("docs/editors.md"))![1]!;

/** What a person does, with the keys' commands; each prints what comes of it. */
const script = `
${setUp}
(defun say (&rest values) (princ (concat (mapconcat (lambda (value) (format "%S" value)) values " ") "\\n")))
(defun run (command &rest arguments)
  (eglot-execute (eglot-current-server) (list :title "" :command command :arguments (vector arguments))))
(find-file "a.py")
(setq eglot-sync-connect 20)
(call-interactively 'eglot)
(say 'connected (and (eglot-current-server) t))
(say 'cell (plist-get (run "ipyai.runCell" :uri (eglot-path-to-uri (buffer-file-name)) :line 0) :status))
(goto-char (point-max))
(insert "prices.ind")
(eglot--signal-textDocument/didChange)
(call-interactively 'completion-at-point)
(say 'completed (buffer-substring (line-beginning-position) (point)))
(search-backward "prices")
(say 'hover (seq-take (string-lines (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams)) :contents) :value)) 2))
(say 'actions (mapcar (lambda (action) (plist-get action :title)) (eglot-code-actions 1 10)))
(say 'answer (plist-get (run "ipyai.prompt" :text "@@say It is eight.@@") :answer))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
`;

test.runIf(hasEglot)(
	"eglot runs a cell, completes and hovers live names, offers actions, and asks",
	async () => {
		const model = await startModelServer();
		onTestFinished(model.close);
		const person = newPerson({ ...model.environment, IPYAI_PYTHON: testPython() });
		mkdirSync(join(person.folder, "bin"));
		mkdirSync(join(person.folder, ".git"));
		const program = `#!/bin/sh\nshift\nexec ${lspCommand.map((word) => `'${word}'`).join(" ")} "$@"\n`;
		writeFileSync(join(person.folder, "bin/ipyai"), program, { mode: 0o755 });
		writeFileSync(join(person.folder, "a.py"), "prices = [3, 5, 8]\n");
		writeFileSync(join(person.folder, "script.el"), script);
		const { folder: cwd, environment } = person;
		const server = await joinServer({ name: "test", cwd, environment, approvals: true, input: true });
		const kernel = spawnKernel({ python: testPython(), cwd, env: environment }).launch;
		const { state } = await server.request("session/new", {
			requestId: nextRequestId(),
			cwd,
			kernel,
			settings: {},
		});
		onTestFinished(async () => {
			await server.request("session/close", { sessionId: state.sessionId, requestId: nextRequestId() });
			server.close();
		});
		const { stdout: said } = await promisify(execFile)(emacs, ["--batch", "-Q", "-l", "script.el"], {
			cwd,
			env: { ...environment, PATH: `${join(cwd, "bin")}:${process.env.PATH}` },
		});
		expect(said.replaceAll(cwd, "~")).toMatchInlineSnapshot(`
			"connected t
			cell "ok"
			completed "prices.index"
			hover ("Type:        list" "String form: [3, 5, 8]")
			actions ("Ask ipyai about this")
			answer "It is eight."
			"
		`);
	},
);
