import { z } from 'zod';
import { ChannelError, commodities, readBases, statedEnds } from '../../emissions/index.ts';
import { dateOrders, decimalSigns } from '../mapping/bill-mapping.ts';
import { patternFault } from './template-pattern.ts';

/** What a bill with both dates printed may mean by its end: a read date comes without a start. */
const printedEnds = statedEnds.filter((one) => one !== 'read-date');
/** Marks the file. */
const TEMPLATE_FORMAT = 'uec-pdf-template/1';

const text = z.string().trim().min(1).max(200);
const relation = z.enum(['same-cell', 'right', 'below']);
const find = z.strictObject({
  /** How the label begins, as printed; capitals and blanks do not matter. */
  label: text,
  relation,
  /** What stands there: words as printed, and `{quantity}` and so on for the values. */
  pattern: text.refine((value) => patternFault(value) === undefined, {
    error: ({ input }) => patternFault(String(input)) ?? 'not a pattern',
  }),
});
const fixed = z.strictObject({
  commodity: z.enum(commodities).optional(),
  unit: text.optional(),
  utility: text.optional(),
  meter: text.optional(),
  account: text.optional(),
  readBasis: z.enum(readBases).optional(),
  calorific: z.enum(['gross', 'net']).optional(),
});
const section = z.strictObject({
  /** A line whose first cell is this opens the section; `{skip}` takes anything. */
  from: text,
  /** A line that begins with this ends it, and has to come; without it the next such heading or the bill's end does. */
  to: text.optional(),
});
const table = z.strictObject({
  /** Headings of the columns, as printed. */
  columns: z.strictObject({
    quantity: text,
    meter: text.optional(),
    register: text.optional(),
    read: text.optional(),
    unit: text.optional(),
  }),
  /** Rows that begin with this end the table. */
  until: text.optional(),
});
const billLine = z.strictObject({
  section: section.optional(),
  /** True where a bill may be without the section. */
  optional: z.boolean().optional(),
  /** True where the section may come several times, once a meter. */
  repeat: z.boolean().optional(),
  fixed: fixed.optional(),
  find: z.array(find).max(20).optional(),
  table: table.optional(),
  /** What marks a read, and what it means: `{"E": "estimated"}`. */
  marks: z.record(text, z.enum(readBases)).optional(),
});
const template = z.strictObject({
  format: z.literal(TEMPLATE_FORMAT),
  name: text,
  /** Texts that must all stand on the bill. */
  recognise: z.array(text).min(1).max(20),
  dateOrder: z.enum(dateOrders).optional(),
  decimalSign: z.enum(decimalSigns).optional(),
  endConvention: z.enum(printedEnds).optional(),
  fixed: fixed.optional(),
  find: z.array(find).max(20).optional(),
  lines: z.array(billLine).min(1).max(20),
});

/** Where the values of a utility's PDF bill stand. What it does not say is told or decided by the bill. */
export type BillTemplate = z.infer<typeof template>;
export type TemplateLine = z.infer<typeof billLine>;
export type TemplateFind = z.infer<typeof find>;

export const templateSchema = template;

/**
 * A template from its JSON text.
 * @throws {ChannelError} TEMPLATE_INVALID naming the field and what would be right
 */
export function parseTemplate(json: string): BillTemplate {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ChannelError('TEMPLATE_INVALID', 'the template is not JSON', { where: 'template', cause });
  }
  const parsed = template.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ChannelError('TEMPLATE_INVALID', `the template is not as it should be: ${issue?.message ?? 'unknown'}`, {
    where: issue?.path.join('.') || 'template',
  });
}
