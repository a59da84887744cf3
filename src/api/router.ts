import type { AnyOperation, Method } from './operation.ts';

interface Route {
  /** Segments of the path; `undefined` stands for a parameter. */
  readonly names: readonly (string | undefined)[];
  readonly parameters: readonly string[];
  readonly operations: Map<Method, AnyOperation>;
}

export interface Match {
  readonly operations: ReadonlyMap<Method, AnyOperation>;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds operations by path; a path that is spelled out wins over one with a parameter. */
export class Router {
  readonly #routes: Route[];

  constructor(operations: readonly AnyOperation[]) {
    const byPath = new Map<string, Route>();
    for (const operation of operations) {
      const route = byPath.get(operation.path) ?? routeOf(operation.path);
      byPath.set(operation.path, route);
      route.operations.set(operation.method, operation);
    }
    this.#routes = [...byPath.values()].sort((a, b) => a.parameters.length - b.parameters.length);
  }

  /** The operations at a path below the root, with the parameters decoded; a segment that is no UTF-8 stays as it came. */
  match(path: string): Match | undefined {
    const segments = path.split('/').slice(1);
    for (const { names, operations, parameters } of this.#routes) {
      if (names.length !== segments.length) continue;
      if (!names.every((name, at) => name === undefined || name === segments[at])) continue;
      const values = segments.filter((_, at) => names[at] === undefined).map(decoded);
      return { operations, params: Object.fromEntries(parameters.map((name, at) => [name, values[at] as string])) };
    }
    return undefined;
  }
}

function routeOf(path: string): Route {
  const segments = path.split('/').slice(1);
  const parameters = segments.flatMap((segment) => /^\{(\w+)\}$/.exec(segment)?.[1] ?? []);
  return {
    names: segments.map((segment) => (segment.startsWith('{') ? undefined : segment)),
    parameters,
    operations: new Map(),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
