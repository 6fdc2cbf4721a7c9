import type { Place } from "../place.ts";

/** Takes one fault of models out of a suggestion; gives back what it does not concern as it is. */
export type Filter = (text: string, place: Place) => string;
