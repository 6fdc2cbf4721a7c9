import { archiveFeature } from "./archive.ts";
import { backendFeature } from "./backend.ts";
import { cellFeature } from "./cell.ts";
import { codeActionsFeature } from "./codeActions.ts";
import { commandFeature } from "./command.ts";
import { completionFeature } from "./completion.ts";
import { configurationFeature } from "./configuration.ts";
import { contextFeature } from "./context.ts";
import { documentSyncFeature } from "./documentSync.ts";
import { editorCommandsFeature } from "./editorCommands.ts";
import type { Feature } from "./feature.ts";
import { kernelFeature } from "./kernel.ts";
import { liveNamesFeature } from "./liveNames.ts";
import { notebookFeature } from "./notebook.ts";
import { permissionFeature } from "./permission.ts";
import { promptFeature } from "./prompt.ts";
import { sessionFeature } from "./session.ts";
import { turnFeature } from "./turn.ts";
import { workspaceFoldersFeature } from "./workspaceFolders.ts";

/** All features, in the order of docs/protocol.md. A new one is added here and nowhere else. */
export const features: readonly Feature[] = [
	sessionFeature,
	archiveFeature,
	promptFeature,
	turnFeature,
	cellFeature,
	kernelFeature,
	permissionFeature,
	documentSyncFeature,
	workspaceFoldersFeature,
	completionFeature,
	configurationFeature,
	editorCommandsFeature,
	codeActionsFeature,
	liveNamesFeature,
	commandFeature,
	contextFeature,
	notebookFeature,
	backendFeature,
];
