export type {
  BillItem,
  BillLine,
  BillWarning,
  LinePart,
  PlaceHint,
  RawCells,
  ReadOptions,
  RejectedRow,
} from './bill.ts';
export { errorFile } from './error-file.ts';
export { type BillFile, readBills } from './read-bills.ts';
export { type WarningCode, warningCodes } from './warning-codes.ts';
