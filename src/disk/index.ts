export { hashOfFile } from './hash-of-file.ts';
export { inTransaction, onSqlite, openDatabase, patiently, type SqliteFile } from './sqlite.ts';
