/** The database's shape. A change adds a migration at the end; those before it stay as they are. */

/** Marks the file as ours in SQLite's header: the letters `IPyA`. */
export const applicationId = 0x49507941;

const first = `
CREATE TABLE sessions (
	id INTEGER PRIMARY KEY,
	session_id TEXT NOT NULL UNIQUE,
	cwd TEXT NOT NULL,
	title TEXT,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	cells INTEGER NOT NULL DEFAULT 0,
	turns INTEGER NOT NULL DEFAULT 0,
	last_prompt TEXT,
	backend TEXT,
	settings TEXT,
	history_session INTEGER,
	history_file TEXT,
	head_seq INTEGER NOT NULL DEFAULT 0,
	reset_seq INTEGER NOT NULL DEFAULT 0,
	render_point INTEGER NOT NULL DEFAULT 0,
	last_turn TEXT,
	next_execution_count INTEGER NOT NULL DEFAULT 1,
	closed INTEGER NOT NULL DEFAULT 0,
	owner_instance TEXT,
	owner_pid INTEGER,
	owner_start TEXT
);
CREATE INDEX sessions_newest ON sessions (updated_at, id);
CREATE INDEX sessions_folder ON sessions (cwd, updated_at, id);
CREATE INDEX sessions_history ON sessions (history_session) WHERE history_session IS NOT NULL;
CREATE INDEX sessions_owner ON sessions (owner_instance) WHERE owner_instance IS NOT NULL;

-- The log. Small columns come first so that a scan by kind does not read the bodies.
CREATE TABLE events (
	session INTEGER NOT NULL REFERENCES sessions (id),
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	at INTEGER NOT NULL,
	json TEXT NOT NULL
);
CREATE UNIQUE INDEX events_place ON events (session, seq);

-- Folds: cells and turns, without what grows (outputs, parts).
CREATE TABLE items (
	id INTEGER PRIMARY KEY,
	session INTEGER NOT NULL REFERENCES sessions (id),
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	item_id TEXT NOT NULL,
	state TEXT NOT NULL,
	hidden INTEGER NOT NULL DEFAULT 0,
	start_seq INTEGER,
	end_seq INTEGER,
	clear_pending INTEGER NOT NULL DEFAULT 0,
	prompt TEXT,
	json TEXT NOT NULL
);
CREATE UNIQUE INDEX items_place ON items (session, seq);
CREATE UNIQUE INDEX items_name ON items (session, kind, item_id);
CREATE INDEX items_open ON items (session, state) WHERE state IN ('queued', 'running');

-- A stream's text is the inside of a JSON string, so that chunks join by concatenation whatever they hold.
CREATE TABLE outputs (
	item INTEGER NOT NULL REFERENCES items (id),
	seq INTEGER NOT NULL,
	session INTEGER NOT NULL,
	kind TEXT NOT NULL,
	name TEXT,
	json TEXT NOT NULL,
	PRIMARY KEY (item, seq)
);
CREATE INDEX outputs_named ON outputs (session, kind, name) WHERE kind IN ('displayData', 'omitted');

CREATE TABLE parts (
	item INTEGER NOT NULL REFERENCES items (id),
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	name TEXT,
	json TEXT NOT NULL,
	result TEXT,
	PRIMARY KEY (item, seq)
);
CREATE INDEX parts_name ON parts (item, name) WHERE kind = 'toolCall';

CREATE TABLE approvals (
	session INTEGER NOT NULL REFERENCES sessions (id),
	approval_id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (session, approval_id)
);

-- Beside the log.
CREATE TABLE entries (
	id INTEGER PRIMARY KEY,
	session INTEGER NOT NULL REFERENCES sessions (id),
	turn_id TEXT NOT NULL,
	json TEXT NOT NULL
);
CREATE INDEX entries_turn ON entries (session, turn_id);
CREATE TABLE partials (
	session INTEGER NOT NULL REFERENCES sessions (id),
	turn_id TEXT NOT NULL,
	place INTEGER NOT NULL,
	item_id TEXT NOT NULL,
	json TEXT NOT NULL,
	PRIMARY KEY (session, turn_id, place)
);
CREATE TABLE requests (
	id INTEGER PRIMARY KEY,
	session_id TEXT NOT NULL,
	request_id TEXT NOT NULL,
	result TEXT NOT NULL,
	UNIQUE (session_id, request_id)
);
CREATE TABLE kernels (
	kernel_id TEXT PRIMARY KEY,
	session_id TEXT NOT NULL,
	connection_file TEXT NOT NULL,
	pid INTEGER,
	start_time TEXT,
	label TEXT NOT NULL,
	instance_id TEXT NOT NULL,
	alive INTEGER NOT NULL
);
CREATE INDEX kernels_session ON kernels (session_id, alive);
CREATE INDEX kernels_alive ON kernels (alive) WHERE alive = 1;
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
`;

/** Answers from before it are nobody's: their requests are long over. */
const requestMethods = `
DELETE FROM requests;
ALTER TABLE requests ADD COLUMN method TEXT NOT NULL DEFAULT '';
`;

/** What a kernel is depends on who started it, and where. */
const kernelLaunches = `
ALTER TABLE kernels ADD COLUMN launch TEXT NOT NULL DEFAULT '';
UPDATE kernels SET launch = iif(
	pid IS NULL,
	json_object('kind', 'existing', 'connectionFile', connection_file, 'label', label),
	json_object('kind', 'started', 'connectionFile', connection_file, 'pid', pid, 'label', label)
);
ALTER TABLE kernels DROP COLUMN connection_file;
ALTER TABLE kernels DROP COLUMN pid;
ALTER TABLE kernels DROP COLUMN label;
`;

/** How much of what a kernel said is in the log. */
const heardOfKernels = "ALTER TABLE kernels ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;";

/** Each takes the database from the version that is its index to the next. */
export const migrations: readonly string[] = [first, requestMethods, kernelLaunches, heardOfKernels];

/** The version this server writes. Servers with a newer one replace it, see `initialize`. */
export const schemaVersion: number = migrations.length;
