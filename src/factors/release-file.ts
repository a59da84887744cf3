import {
  ChannelError,
  canonical,
  type FactorRow,
  type FactorValue,
  parseCanonical,
  type ReleaseManifest,
  sha256,
} from '../emissions/index.ts';
import type { Release } from './factor-store.ts';
import { checkManifest, MAX_ROWS } from './release.ts';

// The layout is described in docs/factors.md. One release has one text: what is not written exactly so is refused, and the
// digest in the last line finds any change.

const HEAD = 'uec-factor-release 1';
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINE = 20_000;
const GASES = ['co2', 'ch4', 'n2o', 'co2e'] as const;
const FLAGS = ['gwpInferred', 'lifecycle', 'notApplicable'] as const;
const TEXTS = [
  'commodity',
  'method',
  'gwpSet',
  'calorific',
  'basis',
  'source',
  'licence',
  'confidence',
  'notes',
] as const;
const PLACE = ['country', 'subdivision', 'region'] as const;
const COLUMNS: readonly string[] = [
  'id',
  ...PLACE,
  'year',
  'validFrom',
  'validTo',
  ...GASES.flatMap((gas) => [gas, `${gas}Unit`]),
  'lossBasis',
  'lossShare',
  'lossShareUnit',
  ...TEXTS,
  ...FLAGS,
];
/** An absent field; a text that looks like it, or like the escape, is written with a backslash before it. */
const ABSENT = '-';

type Cells = Record<string, string | undefined>;

/** The release as the text of a release file; the same release gives the same text. */
export function formatReleaseFile(release: Release): string {
  const lines = [HEAD, canonical(release.manifest), canonical(release.signature ?? {}), COLUMNS.join('\t')];
  let before: Cells = {};
  for (const row of release.rows) {
    const cells = cellsOf(row);
    lines.push(lineOf(cells, before));
    before = cells;
  }
  const body = `${lines.join('\n')}\n`;
  return `${body}sha256 ${sha256(body)}\n`;
}

/**
 * The release that a release file holds. The text is checked, its rows and root are not: `checkRelease` does that, and
 * every store when it imports.
 * @throws {ChannelError} RELEASE_INVALID naming the line
 */
export function parseReleaseFile(bytes: Uint8Array): Release {
  const lines = linesOf(bytes);
  if (lines[0] !== HEAD) throw malformed(1, `is not '${HEAD}'`);
  const manifest = jsonOf(lines[1], 2) as unknown as ReleaseManifest;
  checkManifest(manifest);
  const signature = jsonOf(lines[2], 3);
  if (lines[3] !== COLUMNS.join('\t')) throw malformed(4, 'does not list the columns of this version');
  const rows: FactorRow[] = [];
  let before: Cells = {};
  for (let at = 4; at < lines.length; at += 1) {
    const line = lines[at] as string;
    const cells = cellsAt(line, before, at + 1);
    if (lineOf(cells, before) !== line) throw malformed(at + 1, 'is not written in its shortest form');
    rows.push(rowOf(cells, manifest, at + 1));
    before = cells;
  }
  if (Object.keys(signature).length === 0) return { manifest, rows };
  const { publicKey, signature: value, ...rest } = signature;
  if (typeof publicKey !== 'string' || typeof value !== 'string' || Object.keys(rest).length > 0) {
    throw malformed(3, 'is neither {} nor a publicKey with its signature');
  }
  return { manifest, rows, signature: { publicKey, signature: value } };
}

/** The lines before the last, once the last has been found to be their digest. */
function linesOf(bytes: Uint8Array): string[] {
  if (bytes.length > MAX_BYTES) throw malformed(1, `the file has ${bytes.length} bytes, at most ${MAX_BYTES} are read`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed(1, 'the file is not UTF-8', cause);
  }
  const lines = text.split('\n');
  if (lines[0] !== HEAD) throw malformed(1, `is not '${HEAD}'`);
  const last = lines.length - 1;
  const digest = lines[last - 1] ?? '';
  if (lines[last] !== '' || !digest.startsWith('sha256 '))
    throw malformed(last, "does not hold 'sha256' and a digest; the file is cut short");
  const body = bytes.subarray(0, bytes.length - Buffer.byteLength(digest) - 1);
  if (digest !== `sha256 ${sha256(body)}`)
    throw malformed(last, 'the digest is not that of the lines above: the file was changed');
  if (lines.length - 6 > MAX_ROWS) throw malformed(MAX_ROWS + 5, `more than ${MAX_ROWS} rows`);
  return lines.slice(0, -2);
}

function lineOf(cells: Cells, before: Cells): string {
  const out = COLUMNS.map((column) => (cells[column] === before[column] ? '' : escaped(cells[column])));
  while (out.at(-1) === '') out.pop();
  return out.join('\t');
}

function escaped(text: string | undefined): string {
  if (text === undefined) return ABSENT;
  return text === ABSENT || text.startsWith('\\') ? `\\${text}` : text;
}

function cellsAt(line: string, before: Cells, number: number): Cells {
  if (line.length > MAX_LINE) throw malformed(number, `has ${line.length} characters, at most ${MAX_LINE} are read`);
  const parts = line.split('\t');
  if (parts.length > COLUMNS.length) throw malformed(number, `has ${parts.length} cells for ${COLUMNS.length} columns`);
  const cells: Cells = {};
  for (const [at, column] of COLUMNS.entries()) {
    const part = parts[at] ?? '';
    if (part === '') cells[column] = before[column];
    else if (part !== ABSENT) cells[column] = part.startsWith('\\') ? part.slice(1) : part;
  }
  return cells;
}

function cellsOf(row: FactorRow): Cells {
  const cells: Cells = { id: row.id, year: String(row.year), validFrom: row.validFrom, validTo: row.validTo };
  for (const part of PLACE) cells[part] = row.place[part];
  for (const gas of GASES) {
    cells[gas] = row[gas]?.value;
    cells[`${gas}Unit`] = row[gas]?.unit;
  }
  cells.lossBasis = row.loss?.basis;
  cells.lossShare = row.loss?.share?.value;
  cells.lossShareUnit = row.loss?.share?.unit;
  for (const text of TEXTS) cells[text] = row[text];
  for (const flag of FLAGS) cells[flag] = row[flag] === true ? 'true' : undefined;
  return cells;
}

// Shapes are not judged here: a wrong value stays wrong and checkRelease names its row and field.
function rowOf(cells: Cells, manifest: ReleaseManifest, number: number): FactorRow {
  if (!/^\d{4}$/.test(cells.year ?? '')) throw malformed(number, 'has no year of four digits');
  const row: Record<string, unknown> = {
    id: cells.id,
    publisher: manifest.publisher,
    dataset: manifest.dataset,
    edition: manifest.version,
    place: present(PLACE.map((part) => [part, cells[part]])),
    year: Number(cells.year),
    validFrom: cells.validFrom,
    validTo: cells.validTo,
  };
  for (const gas of GASES) set(row, gas, figureOf(cells[gas], cells[`${gas}Unit`], number));
  const share = figureOf(cells.lossShare, cells.lossShareUnit, number);
  if (cells.lossBasis !== undefined)
    row.loss = present([
      ['basis', cells.lossBasis],
      ['share', share],
    ]);
  else if (share !== undefined) throw malformed(number, 'has a lossShare without its lossBasis');
  for (const text of TEXTS) set(row, text, cells[text]);
  for (const flag of FLAGS) set(row, flag, flagOf(cells[flag], flag, number));
  return row as unknown as FactorRow;
}

function figureOf(value: string | undefined, unit: string | undefined, number: number): FactorValue | undefined {
  if (value === undefined && unit === undefined) return undefined;
  if (value === undefined || unit === undefined)
    throw malformed(number, 'has a figure without its unit, or a unit alone');
  return { value, unit: unit as FactorValue['unit'] };
}

function flagOf(cell: string | undefined, flag: string, number: number): true | undefined {
  if (cell === undefined || cell === 'true') return cell === undefined ? undefined : true;
  throw malformed(number, `has a ${flag} that is not true`);
}

function set(row: Record<string, unknown>, key: string, value: unknown): void {
  if (value !== undefined) row[key] = value;
}

function present(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function jsonOf(line: string | undefined, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseCanonical(line ?? '');
  } catch (cause) {
    throw malformed(number, 'is not canonical JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(number, 'is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}

function malformed(line: number, message: string, cause?: unknown): ChannelError {
  return new ChannelError('RELEASE_INVALID', `release file, line ${line}: ${message}`, {
    where: `line ${line}`,
    fix: 'Fetch the release file again; docs/factors.md describes its lines.',
    cause,
  });
}
