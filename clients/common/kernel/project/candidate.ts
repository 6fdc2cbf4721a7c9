/** An environment that a project may have: it need not be there. `name` is for people: "the project's .venv". */
export type Candidate = { readonly prefix: string; readonly name: string };
