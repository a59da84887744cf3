import type { RecordPage } from './page.ts';
import { recordShape } from './record-shape.ts';

const record = new RegExp(recordShape.canonicalText as string, 'y');

/**
 * The texts of the page's records, where `args` is the page's canonical text and every record has its shape; undefined where
 * anything is otherwise. Factors and key are compared, not checked. `page` is the value of `args`.
 */
export function recordTexts(args: string, { factors, key }: RecordPage): string[] | undefined {
  const head = `{"factors":${JSON.stringify(factors)},"key":${JSON.stringify(key)},"records":`;
  if (!args.startsWith(`${head}[`)) return undefined;
  const texts: string[] = [];
  let at = head.length;
  do {
    const start = at + 1;
    record.lastIndex = start;
    if (!record.test(args)) return undefined;
    at = record.lastIndex;
    texts.push(args.slice(start, at));
  } while (args[at] === ',');
  return args.slice(at) === ']}' ? texts : undefined;
}
