export type {
  BillItem,
  BillLine,
  BillWarning,
  LinePart,
  PlaceHint,
  RawCells,
  ReadOptions,
  RecordedWith,
  RejectedRow,
} from './bill.ts';
export { errorFile } from './error-file.ts';
export {
  type BillMapping,
  type DateOrder,
  type DecimalSign,
  dateOrders,
  decimalSigns,
  fixedFields,
  mappedColumns,
  parseMapping,
} from './mapping/bill-mapping.ts';
export { type ProposedMapping, proposeMapping } from './mapping/propose-mapping.ts';
export { nearMatch } from './near-match.ts';
export { isPdf } from './pdf/pdf-reader.ts';
export type { BillProposal, Choice, Found, LeftOut, ProposedLine, Question } from './pdf/proposal.ts';
export { type PageLine, readPageLines, readProposal } from './pdf/read-proposal.ts';
export { type BillTemplate, parseTemplate, templateSchema } from './pdf/template.ts';
export { notUploaded, type UploadEntry, uploadNotes, writeUpload } from './portfolio-manager/upload.ts';
export { type BillFile, readBills } from './read-bills.ts';
export { type WarningCode, warningCodes } from './warning-codes.ts';
