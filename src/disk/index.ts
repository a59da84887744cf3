export { hashOfFile } from './hash-of-file.ts';
export { inTransaction, isBusy, onSqlite, openDatabase, patiently, type SqliteFile } from './sqlite.ts';
