import { figureNames } from './parts.ts';

/** A file of another version is dropped and built again from the ledger. */
export const schemaVersion = 1;

/** Columns of a cell's figures: two a figure, see `columnsOf`. */
export const figureColumns: readonly string[] = figureNames.flatMap((name) => [`${name}_high`, `${name}_low`]);

// Words that repeat in record after record stand once, in `kinds`, `series`, `traits` and `qualities`. Days are day numbers,
// months year x 12 + month - 1, amounts millionths. A record's id is found by its first 52 bits, which are an integer.
export const schema = `
  CREATE TABLE cursor (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), height INTEGER NOT NULL, hash TEXT NOT NULL)
    STRICT;
  INSERT INTO cursor VALUES (1, 0, '');

  CREATE TABLE kinds (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, commodity TEXT NOT NULL, flow TEXT NOT NULL,
    country TEXT NOT NULL, subdivision TEXT NOT NULL, region TEXT NOT NULL,
    UNIQUE (owner, commodity, flow, country, subdivision, region)) STRICT;
  CREATE TABLE series (id INTEGER PRIMARY KEY, meter TEXT NOT NULL, commodity TEXT NOT NULL, flow TEXT NOT NULL,
    owner TEXT NOT NULL, UNIQUE (meter, commodity, flow, owner)) STRICT;
  CREATE INDEX series_owner ON series (owner);
  CREATE TABLE traits (id INTEGER PRIMARY KEY, unit TEXT NOT NULL, energy_unit TEXT NOT NULL, read_basis TEXT NOT NULL,
    flags TEXT NOT NULL, factors TEXT NOT NULL, UNIQUE (unit, energy_unit, read_basis, flags, factors)) STRICT;
  CREATE TABLE qualities (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE pages (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, transaction_id BLOB NOT NULL UNIQUE,
    height INTEGER NOT NULL, timestamp TEXT NOT NULL) STRICT;
  CREATE TABLE records (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, id_start INTEGER NOT NULL, kind INTEGER NOT NULL,
    series INTEGER NOT NULL, traits INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    quantity TEXT NOT NULL, energy INTEGER, location INTEGER, market INTEGER, emissions INTEGER, losses INTEGER,
    document INTEGER, evidence INTEGER NOT NULL, state INTEGER NOT NULL, counted INTEGER NOT NULL,
    in_range INTEGER NOT NULL) STRICT;
  CREATE INDEX records_id ON records (id_start);
  CREATE INDEX records_kind ON records (kind, start);
  CREATE INDEX records_start ON records (start, seq, kind);
  CREATE INDEX records_series ON records (series, start);
  CREATE INDEX records_document ON records (document) WHERE document IS NOT NULL;
  CREATE INDEX records_beyond ON records (kind) WHERE in_range = 0;
  CREATE TABLE texts (first INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
  CREATE TABLE follows (seq INTEGER PRIMARY KEY, base INTEGER NOT NULL, how TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
  CREATE INDEX follows_base ON follows (base);
  CREATE TABLE voids (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, transaction_id TEXT NOT NULL) STRICT;

  CREATE TABLE cells (kind INTEGER NOT NULL, month INTEGER NOT NULL, quality INTEGER NOT NULL, touched INTEGER NOT NULL,
    begun INTEGER NOT NULL, ${figureColumns.map((column) => `${column} INTEGER NOT NULL`).join(', ')},
    PRIMARY KEY (kind, month, quality)) STRICT, WITHOUT ROWID;

  CREATE TABLE documents (id INTEGER PRIMARY KEY, commitment BLOB NOT NULL, owner TEXT NOT NULL, state INTEGER NOT NULL, attached INTEGER NOT NULL, reason TEXT, date TEXT, UNIQUE (commitment, owner)) STRICT;
  CREATE TABLE attachments (document INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (document, seq))
    STRICT, WITHOUT ROWID;
  CREATE INDEX attachments_seq ON attachments (seq);
  CREATE TABLE requests (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content TEXT NOT NULL, timestamp TEXT NOT NULL)
    STRICT;

  CREATE TABLE members (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE releases (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE factors (hash TEXT NOT NULL, release TEXT NOT NULL, row_index INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (hash, release)) STRICT, WITHOUT ROWID;
  CREATE INDEX factors_release ON factors (release);
  PRAGMA user_version = ${schemaVersion};`;
