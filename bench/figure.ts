/** One measured figure. A ratio compares `value` with `against.value`: above 1, the project is ahead. */
export interface Figure {
  /** Such as `ledger.ingest`. */
  readonly name: string;
  readonly ratio: number | null;
  readonly value: number;
  readonly unit: string;
  /** The other side, in the same unit. */
  readonly against?: { readonly what: string; readonly value: number };
  /** What the ratio, or without one the value, is to reach. */
  readonly target?: string;
  /** Further figures of the same measurement, each with its unit in its name. */
  readonly also?: Readonly<Record<string, number>>;
}

export type Report = (figure: Figure) => void;

/** Prints a figure on stdout, as one line for a person or as one JSON object. */
export function printer(json: boolean): Report {
  return (figure) => console.log(json ? JSON.stringify(rounded(figure)) : lineOf(figure));
}

/** A figure with its ratio: `value` by `against`, or for times (lower is better) the other way round. */
export function compared(
  figure: Omit<Figure, 'ratio'> & Required<Pick<Figure, 'against'>>,
  better: 'higher' | 'lower' = 'higher',
): Figure {
  const { value, against } = figure;
  return { ...figure, ratio: better === 'higher' ? value / against.value : against.value / value };
}

function lineOf({ name, ratio, value, unit, against, target, also = {} }: Figure): string {
  const parts = [
    name.padEnd(28),
    (ratio === null ? '' : text(ratio)).padStart(8),
    ` ${text(value)} ${unit}`,
    ...(against === undefined ? [] : [` against ${text(against.value)} ${unit} (${against.what})`]),
    ...Object.entries(also).map(([key, figure]) => `; ${key} ${text(figure)}`),
    ...(target === undefined ? [] : [`; target ${target}`]),
  ];
  return parts.join('');
}

function text(figure: number): string {
  return figure.toLocaleString('en', { maximumSignificantDigits: figure >= 1_000 ? 6 : 3, useGrouping: true });
}

function rounded(figure: Figure): unknown {
  return JSON.parse(
    JSON.stringify(figure, (_key, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(5)) : value,
    ),
  );
}
