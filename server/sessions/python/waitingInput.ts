import type { InputRequestParams } from "../../../protocol/index.ts";
import { RequestError } from "../errors.ts";

/** The `input()` that a cell waits in; there is one at most. */
export class WaitingInput {
	#request: InputRequestParams | null = null;

	get request(): InputRequestParams | null {
		return this.#request;
	}

	begin(request: InputRequestParams): void {
		this.#request = request;
	}

	/** Fails with `itemNotFound` when it is not this one that waits. */
	answer(inputId: string): void {
		if (this.#request?.inputId !== inputId)
			throw new RequestError(
				"itemNotFound",
				"No cell waits for this input: it was answered, or the cell has ended.",
			);
		this.#request = null;
	}

	endOf(cellId: string): void {
		if (this.#request?.cellId === cellId) this.#request = null;
	}

	end(): void {
		this.#request = null;
	}
}
