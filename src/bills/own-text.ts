/**
 * A text to be kept. A cell can be a part of a run of text, which it would keep in memory with it; V8 copies short ones by itself.
 */
export function ownText(cell: string): string {
  return cell.length < SHORTEST_PART ? cell : Buffer.from(cell).toString();
}

/** V8's `SlicedString::kMinLength`. */
const SHORTEST_PART = 13;
