import { randomBytes } from 'node:crypto';
import { ChannelError, canonical, inclusionPath, leafHash, merkleRoot, verifyInclusion } from '../emissions/index.ts';

/** One field read from a document, with the salt (64 lower-case hex digits) that keeps its leaf from being guessed. */
export interface SaltedField {
  readonly name: string;
  readonly salt: string;
  readonly value: string;
}

/** Chosen fields with their audit paths: what an auditor is shown in place of the whole document. */
export interface FieldsOpening {
  /** Number of fields that the commitment covers, shown or not. */
  readonly size: number;
  readonly fields: readonly (SaltedField & { readonly index: number; readonly path: readonly string[] })[];
}

/**
 * The fields in the order of the tree (names in UTF-16 order, as canonical JSON sorts keys), each with 32 fresh random
 * bytes of salt.
 */
export function saltFields(fields: Readonly<Record<string, string>>): SaltedField[] {
  return Object.keys(fields)
    .sort()
    .map((name) => ({ name, salt: randomBytes(32).toString('hex'), value: fields[name] as string }));
}

/**
 * The fields commitment: Merkle root (RFC 9162, SHA-256) whose leaves are the canonical JSON of {name, salt, value} in order
 * of name; 64 lower-case hex digits.
 * @throws {ChannelError} FIELD_INVALID on no field, a name given twice, names out of order or a salt that is not 32 bytes
 */
export function fieldsCommitment(fields: readonly SaltedField[]): string {
  checkFields(fields);
  return merkleRoot(fields.map(fieldLeaf));
}

/**
 * Opens the named fields and no others: hidden ones show as hashes of salted text.
 * @throws {ChannelError} FIELD_INVALID when no field is named or one is not covered
 */
export function openFields(fields: readonly SaltedField[], names: readonly string[]): FieldsOpening {
  checkFields(fields);
  if (names.length === 0) throw new ChannelError('FIELD_INVALID', 'an opening names at least one field');
  const leaves = fields.map(fieldLeaf);
  const opened = [...new Set(names)].sort().map((name) => {
    const index = fields.findIndex((field) => field.name === name);
    const field = fields[index];
    if (field === undefined) throw new ChannelError('FIELD_INVALID', `no field ${name} is covered`, { where: name });
    return { ...field, index, path: inclusionPath(leaves, index) };
  });
  return { size: fields.length, fields: opened };
}

/**
 * True when every field of the opening is covered by the commitment, at its place and in order of name. False for an
 * opening of nothing. It does not show that the document says so: for that the document itself is asked for.
 */
export function verifyFields(opening: FieldsOpening, commitment: string): boolean {
  let before: FieldsOpening['fields'][number] | undefined;
  for (const field of opening.fields) {
    const inOrder = before === undefined || (before.name < field.name && before.index < field.index);
    if (!inOrder || !isSalt(field.salt)) return false;
    const leaf = fieldLeaf(field);
    if (!verifyInclusion(leaf, field.index, opening.size, field.path, commitment)) return false;
    before = field;
  }
  return before !== undefined;
}

function fieldLeaf({ name, salt, value }: SaltedField): string {
  return leafHash(canonical({ name, salt, value }));
}

function isSalt(salt: string): boolean {
  return /^[0-9a-f]{64}$/.test(salt);
}

function checkFields(fields: readonly SaltedField[]): void {
  if (fields.length === 0) throw new ChannelError('FIELD_INVALID', 'a fields commitment covers at least one field');
  fields.forEach((field, index) => {
    const where = field.name;
    if (!isSalt(field.salt)) throw new ChannelError('FIELD_INVALID', 'a field salt is not 32 bytes in hex', { where });
    const before = fields[index - 1];
    if (before !== undefined && before.name >= field.name) {
      throw new ChannelError('FIELD_INVALID', 'fields are not in order of name, each once', { where });
    }
  });
}
