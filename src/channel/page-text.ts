import type { RecordPage } from './page.ts';
import { recordShape } from './record-shape.ts';

const record = new RegExp(recordShape.canonicalText as string, 'y');

/**
 * The texts of the page's records, where `args` is the page's canonical text and every record has its shape; undefined where
 * anything is otherwise. Factors and key are compared, not checked. `page` is the value of `args`.
 */
export function recordTexts(args: string, { factors, key }: RecordPage): string[] | undefined {
  const head = headText(factors, key);
  if (!args.startsWith(head)) return undefined;
  const texts: string[] = [];
  let at = head.length - 1;
  do {
    const start = at + 1;
    const end = recordEnd(args, start);
    if (end === undefined) return undefined;
    at = end;
    texts.push(args.slice(start, at));
  } while (args[at] === ',');
  return args.slice(at) === ']}' ? texts : undefined;
}

/** A page's canonical text up to its first record. */
export function headText(factors: RecordPage['factors'], key: string): string {
  return `{"factors":${JSON.stringify(factors)},"key":${JSON.stringify(key)},"records":[`;
}

/** Where the record ends whose text begins at `at`; undefined where none does that is canonical and has its shape. */
export function recordEnd(args: string, at: number): number | undefined {
  record.lastIndex = at;
  return record.test(args) ? record.lastIndex : undefined;
}
