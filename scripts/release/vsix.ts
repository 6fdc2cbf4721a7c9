/**
 * The extension as a package that VS Code installs: a zip with the extension's files, its library bundled, and the
 * manifest of the marketplace (https://learn.microsoft.com/visualstudio/extensibility/vsix-extension-schema-2-0-reference).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { zip } from "./zip.ts";

type Manifest = Readonly<Record<string, unknown>> & {
	readonly name: string;
	readonly publisher: string;
	readonly displayName: string;
	readonly description: string;
	readonly categories: readonly string[];
	readonly keywords: readonly string[];
	readonly engines: { readonly vscode: string };
};

export type ExtensionPackage = { readonly name: string; readonly content: Buffer };

/** Of the extension in `folder`, with this version. Fails with esbuild's `BuildFailure`. */
export const packExtension = async (folder: string, version: string): Promise<ExtensionPackage> => {
	const source: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	// Bundled, it needs nothing beside it.
	const manifest: Manifest = { ...source, version, dependencies: undefined };
	const bundled = await build({
		absWorkingDir: folder,
		entryPoints: ["extension.js"],
		bundle: true,
		minify: true,
		format: "cjs",
		platform: "node",
		target: "node20",
		external: ["vscode"],
		write: false,
		logLevel: "error",
	});
	const read = (name: string): Buffer => readFileSync(join(folder, name));
	const files = new Map<string, Buffer>([
		["[Content_Types].xml", Buffer.from(contentTypes)],
		["extension.vsixmanifest", Buffer.from(vsixManifest(manifest, version))],
		["extension/package.json", Buffer.from(`${JSON.stringify(manifest, null, "\t")}\n`)],
		["extension/extension.js", Buffer.from(bundled.outputFiles[0]!.contents)],
		["extension/readme.md", read("README.md")],
		["extension/LICENSE.txt", read("LICENSE")],
		["extension/icon.png", read("icon.png")],
	]);
	return { name: `${manifest.name}-${version}.vsix`, content: zip(files) };
};

const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
	<Default Extension=".json" ContentType="application/json"/>
	<Default Extension=".vsixmanifest" ContentType="text/xml"/>
	<Default Extension=".js" ContentType="application/javascript"/>
	<Default Extension=".md" ContentType="text/markdown"/>
	<Default Extension=".txt" ContentType="text/plain"/>
	<Default Extension=".png" ContentType="image/png"/>
</Types>
`;

const vsixManifest = (manifest: Manifest, version: string): string => {
	const { name, publisher, displayName, description, categories, keywords, engines } = manifest;
	return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
	<Metadata>
		<Identity Language="en-US" Id="${xml(name)}" Version="${xml(version)}" Publisher="${xml(publisher)}"/>
		<DisplayName>${xml(displayName)}</DisplayName>
		<Description xml:space="preserve">${xml(description)}</Description>
		<Tags>${xml(keywords.join(","))}</Tags>
		<Categories>${xml(categories.join(","))}</Categories>
		<GalleryFlags>Public</GalleryFlags>
		<Properties>
			<Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(engines.vscode)}"/>
			<Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value=""/>
			<Property Id="Microsoft.VisualStudio.Code.ExtensionPack" Value=""/>
			<Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
			<Property Id="Microsoft.VisualStudio.Services.GitHubFlavoredMarkdown" Value="true"/>
		</Properties>
		<License>extension/LICENSE.txt</License>
		<Icon>extension/icon.png</Icon>
	</Metadata>
	<Installation>
		<InstallationTarget Id="Microsoft.VisualStudio.Code"/>
	</Installation>
	<Dependencies/>
	<Assets>
		<Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
		<Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/readme.md" Addressable="true"/>
		<Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
		<Asset Type="Microsoft.VisualStudio.Services.Icons.Default" Path="extension/icon.png" Addressable="true"/>
	</Assets>
</PackageManifest>
`;
};

const xml = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
