/** A reference in a prompt, without its decoration: `df.shape`, `f(x=1)`, or a shell command. */
export type Ref =
	| { readonly kind: "variable"; readonly expression: string }
	| { readonly kind: "shell"; readonly command: string };

export type ResolvedRef =
	| { readonly kind: "variable"; readonly expression: string; readonly type: string; readonly text: string }
	| {
			readonly kind: "shell";
			readonly command: string;
			readonly stdout: string;
			readonly stderr: string;
			readonly exitCode: number | null;
	  }
	/** Not defined, failed, or took too long; `reason` is a clause such as `is not defined`. */
	| { readonly kind: "missing"; readonly ref: Ref; readonly reason: string };
