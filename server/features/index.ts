import { backendFeature } from "./backend.ts";
import { cellFeature } from "./cell.ts";
import { completionFeature } from "./completion.ts";
import { contextFeature } from "./context.ts";
import type { Feature } from "./feature.ts";
import { kernelFeature } from "./kernel.ts";
import { permissionFeature } from "./permission.ts";
import { promptFeature } from "./prompt.ts";
import { sessionFeature } from "./session.ts";

/** All features, in the order of docs/protocol.md. A new one is added here and nowhere else. */
export const features: readonly Feature[] = [
	sessionFeature,
	promptFeature,
	cellFeature,
	kernelFeature,
	permissionFeature,
	completionFeature,
	contextFeature,
	backendFeature,
];
