import type { PlainText } from "../../ground/text/screenText.ts";
import type { Client } from "./client.ts";

/**
 * Does work that an editor shows as progress, where it can; a person may cancel it there. An editor that cannot sees
 * none, and the work is the same.
 */
export const withProgress = async <T>(
	client: Client,
	request: { readonly workDoneToken?: string | number | null | undefined },
	title: PlainText,
	signal: AbortSignal,
	work: (report: (message: PlainText) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> => {
	const abort = new AbortController();
	const either = AbortSignal.any([signal, abort.signal]);
	const { window } = client.rpc;
	// The work may outlive the editor, and does not fail with it.
	const tell = (say: () => void) => {
		if (!client.gone.aborted) say();
	};
	if (request.workDoneToken != null) {
		const attached = window.attachWorkDoneProgress(request.workDoneToken);
		attached.begin(title);
		try {
			return await work((message) => tell(() => attached.report(message)), either);
		} finally {
			tell(() => attached.done());
		}
	}
	if (!client.facts.canProgress) return work(() => {}, either);
	const progress = await window.createWorkDoneProgress();
	progress.begin(title, undefined, undefined, true);
	const watching = progress.token.onCancellationRequested(() => abort.abort());
	try {
		return await work((message) => tell(() => progress.report(message)), either);
	} finally {
		watching.dispose();
		tell(() => progress.done());
	}
};
