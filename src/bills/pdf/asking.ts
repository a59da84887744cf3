import { type ErrorCode, isChannelError } from '../../emissions/index.ts';
import type { Choice, FieldName, Found, Question } from './proposal.ts';

/** What is asked where there is no value, and where there are several. */
export interface Asked {
  readonly code: ErrorCode;
  readonly none: string;
  readonly fix: string;
}

/** Collects the questions of a bill. What a person picked by its name is taken. */
export class Asking {
  readonly open: Question[] = [];
  readonly #picks: readonly string[];

  constructor(picks: readonly string[]) {
    this.#picks = picks;
  }

  one(field: FieldName, found: readonly Found[], asked: Asked, otherwise?: Found): Found | undefined {
    const only = this.ifOne(field, found);
    if (only !== undefined) return only;
    if (found.length === 0 && otherwise !== undefined) return otherwise;
    this.ask(field, asked, found);
    return undefined;
  }

  /** The only one, or the one that was picked. */
  ifOne(field: FieldName, found: readonly Found[]): Found | undefined {
    const picked = found.find((_, at) => this.#picks.includes(pickOf(field, at)));
    if (picked !== undefined) return { ...picked, why: `picked; ${picked.why}`, confidence: 'told' };
    return found.length === 1 ? found[0] : undefined;
  }

  ask(field: FieldName, { code, none, fix }: Asked, found: readonly Found[] = []): void {
    if (this.open.some((one) => one.field === field && one.code === code && found.length === 0)) return;
    const choices: Choice[] = found.map((one, at) => ({ ...one, pick: pickOf(field, at) }));
    const unfit = this.#picks.find((one) => one.startsWith(`${field}:`));
    const several = `${unfit === undefined ? '' : `there is no ${unfit}; `}${found.length} values can be the ${field.replace('_', ' ')}`;
    const pick =
      choices.length > 1
        ? `Pick one, such as --pick ${choices[0]?.pick}; or ${fix.charAt(0).toLowerCase()}${fix.slice(1)}`
        : fix;
    this.open.push({ field, code, question: found.length === 0 ? none : several, fix: pick, choices });
  }

  /** A question that an error asks. */
  askError(field: FieldName, error: unknown): undefined {
    if (!isChannelError(error)) throw error;
    this.ask(field, { code: error.code, none: error.message, fix: error.report().fix });
    return undefined;
  }
}

function pickOf(field: FieldName, at: number): string {
  return `${field}:${at + 1}`;
}
