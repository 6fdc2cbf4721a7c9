/** A fact of this name, with the session's id behind, stands as long as the session is no whole one. */
export const copyMark = "copying/";
