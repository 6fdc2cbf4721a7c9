/** An edit or a view cannot be made; nothing was changed. The sentence is for the model. */
export class EditError extends Error {
	override readonly name = "EditError";
}
