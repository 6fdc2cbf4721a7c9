/** What a terminal is called to the others in its session. */
export const clientName = "ipyai terminal";
