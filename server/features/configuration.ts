import { DidChangeConfigurationNotification } from "vscode-languageserver";
import { plainText } from "../../ground/text/plainText.ts";
import { EditorSettings } from "../../protocol/editor.ts";
import type { Client } from "./client.ts";
import type { Feature } from "./feature.ts";

/** An editor that does not answer holds nothing up for longer. */
const answerWithinMs = 500;

/** `workspace/configuration`, section `ipyai`: which backend and models an editor wants. */
export const configurationFeature: Feature = {
	register(client) {
		client.rpc.onInitialized(() => {
			if (!client.facts.canConfigure) return;
			client.configured = read(client);
			if (client.facts.canRegisterConfiguration)
				client.rpc.client
					.register(DidChangeConfigurationNotification.type, { section: "ipyai" })
					.catch(() => {}); // an editor that will not tell of changes still works
		});
		client.onEditorNotification("workspace/didChangeConfiguration", ({ settings }) => {
			const told = (settings as { ipyai?: unknown } | null | undefined)?.ipyai;
			if (told !== undefined) take(client, told);
			else if (client.facts.canConfigure) client.configured = read(client);
		});
	},
};

const read = (client: Client): Promise<void> => {
	const answered = client.rpc.workspace.getConfiguration("ipyai").then(
		(told) => take(client, told),
		() => {}, // it has no settings for us
	);
	return Promise.race([answered, new Promise<void>((resolve) => setTimeout(resolve, answerWithinMs))]);
};

const take = (client: Client, told: unknown): void => {
	const parsed = EditorSettings.safeParse(told ?? {});
	if (parsed.success) client.editorSettings = chosen(parsed.data);
	else
		client.say(
			2,
			plainText(
				`The setting ipyai.${parsed.error.issues[0]?.path.join(".")} is not used: ${parsed.error.issues[0]?.message}.`,
			),
		);
};

/** A setting that was left empty is one not made: some editors send every setting they know of. */
const chosen = ({
	backend,
	model,
	completionModel,
	automaticSuggestions,
}: EditorSettings): EditorSettings => ({
	automaticSuggestions: automaticSuggestions ?? null,
	backend: backend?.trim() || null,
	model: model?.trim() || null,
	completionModel: completionModel?.trim() || null,
});
