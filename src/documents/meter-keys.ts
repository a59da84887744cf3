import { randomBytes } from 'node:crypto';
import { canonical, hmacSha256 } from '../emissions/index.ts';
import { meterText, pseudonym } from './pseudonym.ts';
import type { VaultFile } from './vault-file.ts';

/** A meter in its owner's words; `utility` and `number` as first given. */
export interface Meter {
  readonly pseudonym: string;
  readonly utility: string;
  readonly number: string;
  /** The owner's name for the place, its own data. */
  readonly site?: string;
}

interface MeterRow {
  readonly id: string;
  readonly secret: Uint8Array;
}

const KEY = 32;

// A meter's secret is kMeter (32 bytes) followed by the label as JSON; its index is an HMAC under the vault's lookup key,
// so that the file alone does not let anyone try account numbers.

/** A meter as a bill names it. */
export type NamedMeter = Pick<Meter, 'utility' | 'number' | 'site'>;

/**
 * The meters' pseudonyms in their order, made with fresh keys for those that are new, all of them durable at once; a site given
 * replaces the one on the label.
 */
export async function meterPseudonyms(file: VaultFile, meters: readonly NamedMeter[]): Promise<string[]> {
  return await file.serially(async () => {
    const fresh = new Map<string, FreshMeter>();
    const ids: string[] = [];
    for (const meter of meters) ids.push(await pseudonymOf(file, meter, fresh));
    if (fresh.size === 0) return ids;
    file.db.transaction(() => {
      for (const [lookup, { id, secret }] of fresh)
        file.db.change('INSERT INTO meters (id, lookup, secret) VALUES (?, ?, ?)', id, lookup, secret);
    });
    return ids;
  });
}

/** A meter that has no row yet. */
interface FreshMeter {
  readonly id: string;
  readonly secret: Uint8Array;
}

async function pseudonymOf(
  file: VaultFile,
  { utility, number, site }: NamedMeter,
  fresh: Map<string, FreshMeter>,
): Promise<string> {
  const lookup = hmacSha256(file.lookupKey, 'UEC/meter-lookup/v1\0', meterText(utility, number));
  const made = fresh.get(lookup);
  const row = made ?? file.db.get<MeterRow>('SELECT id, secret FROM meters WHERE lookup = ?', lookup);
  if (row === undefined) {
    const kMeter = randomBytes(KEY);
    const id = pseudonym(kMeter, utility, number);
    fresh.set(lookup, {
      id,
      secret: await wrapMeter(file, kMeter, { pseudonym: id, utility, number, ...(site && { site }) }),
    });
    return id;
  }
  if (site === undefined) return row.id;
  const { kMeter, meter } = await unwrapMeter(file, row);
  if (meter.site === site) {
    kMeter.fill(0);
    return row.id;
  }
  const secret = await wrapMeter(file, kMeter, { ...meter, site });
  if (made === undefined) file.db.change('UPDATE meters SET secret = ? WHERE id = ?', secret, row.id);
  else fresh.set(lookup, { id: row.id, secret });
  return row.id;
}

/** Rows unwrapped at a time. */
const PAGE = 500;

/** The owner's meters in order of pseudonym, as they stand while it is read. */
export async function* eachMeter(file: VaultFile): AsyncGenerator<Meter> {
  const sql = `SELECT id, secret FROM meters WHERE id > ? ORDER BY id LIMIT ${PAGE}`;
  for (let from: string | undefined = ''; from !== undefined; ) {
    const after: string = from;
    const meters = await file.serially(() =>
      Promise.all(file.db.all<MeterRow>(sql, after).map((row) => labelOf(file, row))),
    );
    yield* meters;
    from = meters.at(-1)?.pseudonym;
  }
}

async function labelOf(file: VaultFile, row: MeterRow): Promise<Meter> {
  const { kMeter, meter } = await unwrapMeter(file, row);
  kMeter.fill(0);
  return meter;
}

async function wrapMeter(file: VaultFile, kMeter: Buffer, meter: Meter): Promise<Uint8Array> {
  const { pseudonym: id, ...label } = meter;
  const secret = Buffer.concat([kMeter, Buffer.from(canonical(label))]);
  kMeter.fill(0);
  try {
    return await file.wrap('meters', id, secret);
  } finally {
    secret.fill(0);
  }
}

async function unwrapMeter(file: VaultFile, row: MeterRow): Promise<{ kMeter: Buffer; meter: Meter }> {
  const secret = await file.unwrap('meters', row);
  const label = JSON.parse(secret.toString('utf8', KEY)) as Omit<Meter, 'pseudonym'>;
  const kMeter = Buffer.from(secret.subarray(0, KEY));
  secret.fill(0);
  return { kMeter, meter: { pseudonym: row.id, ...label } };
}
