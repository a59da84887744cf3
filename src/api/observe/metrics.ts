/** Values of a series' labels, in the order of their names. */
type LabelValues = readonly string[];

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

const MOST_SERIES = 500;
const OTHER = 'other';

/** Keeps a metric's series. Beyond a bound, every new combination of labels counts as `other`: a scrape never grows without end. */
class Series<T> {
  readonly described: Described;
  readonly values = new Map<string, { readonly labels: LabelValues; value: T }>();
  readonly #fresh: () => T;

  constructor(described: Described, fresh: () => T) {
    this.described = described;
    this.#fresh = fresh;
    // Without labels there is one series, and it is there before anything was counted.
    if (described.labels.length === 0) this.at([]);
  }

  at(labels: LabelValues): { value: T } {
    const key = labels.join('\0');
    const found = this.values.get(key);
    if (found !== undefined) return found;
    if (this.values.size >= MOST_SERIES && labels.some((label) => label !== OTHER))
      return this.at(labels.map(() => OTHER));
    const made = { labels, value: this.#fresh() };
    this.values.set(key, made);
    return made;
  }
}

/** A number that only grows. */
export interface Counter {
  add(labels: LabelValues, by?: number): void;
}

/** How often values fell under each bound, and their sum. */
export interface Histogram {
  observe(labels: LabelValues, value: number): void;
}

interface Buckets {
  readonly counts: number[];
  sum: number;
  count: number;
}

type Written = (lines: string[]) => void | Promise<void>;

/** The node's metrics, written in Prometheus' text format 0.0.4. Labels are words of the software's own, never what a caller sent. */
export class Metrics {
  readonly #all: Written[] = [];

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    const series = new Series<number>({ name, help, labels }, () => 0);
    this.#all.push((lines) => {
      lines.push(...head(series.described, 'counter'));
      for (const { labels: values, value } of series.values.values()) lines.push(line(name, labels, values, value));
    });
    return {
      add: (values, by = 1) => {
        series.at(values).value += by;
      },
    };
  }

  histogram(name: string, help: string, labels: readonly string[], bounds: readonly number[]): Histogram {
    const series = new Series<Buckets>({ name, help, labels }, () => ({
      counts: bounds.map(() => 0),
      sum: 0,
      count: 0,
    }));
    this.#all.push((lines) => {
      lines.push(...head(series.described, 'histogram'));
      for (const { labels: values, value } of series.values.values()) {
        const names = [...labels, 'le'];
        bounds.forEach((bound, at) => {
          lines.push(line(`${name}_bucket`, names, [...values, String(bound)], value.counts[at] as number));
        });
        lines.push(line(`${name}_bucket`, names, [...values, '+Inf'], value.count));
        lines.push(line(`${name}_sum`, labels, values, value.sum), line(`${name}_count`, labels, values, value.count));
      }
    });
    return {
      observe: (values, found) => {
        const { value } = series.at(values);
        bounds.forEach((bound, at) => {
          if (found <= bound) value.counts[at] = (value.counts[at] as number) + 1;
        });
        value.sum += found;
        value.count += 1;
      },
    };
  }

  /** A value that is asked for at each scrape; left out where it cannot be had. */
  gauge(name: string, help: string, read: () => number | undefined | Promise<number | undefined>): void {
    this.#asked(name, help, 'gauge', read);
  }

  /** As `gauge`, for what only grows. */
  total(name: string, help: string, read: () => number): void {
    this.#asked(name, help, 'counter', read);
  }

  /** A fact: a series that is always 1, with what it says in its labels. */
  info(name: string, help: string, labels: Readonly<Record<string, string>>): void {
    const names = Object.keys(labels);
    this.#all.push((lines) => {
      lines.push(...head({ name, help, labels: names }, 'gauge'), line(name, names, Object.values(labels), 1));
    });
  }

  /** Everything, for `text/plain; version=0.0.4; charset=utf-8`. */
  async text(): Promise<string> {
    const lines: string[] = [];
    for (const write of this.#all) await write(lines);
    return `${lines.join('\n')}\n`;
  }

  #asked(
    name: string,
    help: string,
    kind: 'gauge' | 'counter',
    read: () => number | undefined | Promise<number | undefined>,
  ): void {
    this.#all.push(async (lines) => {
      const value = await Promise.resolve()
        .then(read)
        .catch(() => undefined);
      if (value !== undefined) lines.push(...head({ name, help, labels: [] }, kind), line(name, [], [], value));
    });
  }
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

function head({ name, help }: Described, kind: string): string[] {
  return [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${kind}`];
}

function line(name: string, names: readonly string[], values: LabelValues, value: number): string {
  const pairs = names.map((label, at) => `${label}="${escaped(values[at] ?? '')}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
