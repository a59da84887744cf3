export { hashOfFile } from './hash-of-file.ts';
export { inTransaction, isBusy, isFull, onSqlite, openDatabase, patiently, type SqliteFile } from './sqlite.ts';
