/** What a person's terminal sent, decoded. */
export type KeyEvent =
	| {
			readonly kind: "key";
			/**
			 * Modifiers in the order ctrl, alt, shift, then the key: `a`, `ctrl+a`, `alt+.`, `alt+shift+w`, `alt+!`,
			 * `up`, `alt+shift+down`, `enter`, `alt+enter`, `tab`, `shift+tab`, `escape`, `backspace`, `f2`, `space`.
			 * Letters are lower case; `shift` stands with a letter only beside `ctrl` or `alt`.
			 */
			readonly id: string;
			/** What the key types; empty for keys that type nothing. */
			readonly text: string;
	  }
	| { readonly kind: "paste"; readonly text: string }
	/** An answer of the terminal to a query, whole. */
	| { readonly kind: "report"; readonly sequence: string };
