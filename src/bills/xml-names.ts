/** Attributes of an element by the names that stand in the file. */
export type Attributes = Readonly<Record<string, string>>;

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';
/** Characters of names and declarations remembered; what goes beyond is resolved each time anew. */
const MAX_KEPT = 100_000;
/** Prefixes in force at one place: far beyond any real file, and each new declaration copies them. */
const MAX_PREFIXES = 100;

/** Declarations in force at some depth, with the answers given under them. */
interface Scope {
  readonly uris: ReadonlyMap<string, string>;
  readonly names: Map<string, number>;
  readonly inner: Map<string, Scope>;
}

/**
 * Namespaces of a document while it is read (Namespaces in XML 1.0). The answer for a name depends on the declarations in
 * force alone, so it is found once a name and scope; equal declarations at equal places share their scope.
 */
export class XmlNames {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #fault: (message?: string) => Error;
  readonly #scopes: Scope[] = [];
  #scope: Scope = { uris: new Map([['xml', XML]]), names: new Map(), inner: new Map() };
  #kept = 0;
  /** Elements that are open. */
  depth = 0;

  constructor(vocabulary: ReadonlyMap<string, number>, fault: (message?: string) => Error) {
    this.#vocabulary = vocabulary;
    this.#fault = fault;
  }

  /** Enters an element; its number in the vocabulary, 0 where it has none. Throws `fault` where a name breaks the rules. */
  open(name: string, attributes: Attributes): number {
    this.#scopes[this.depth] = this.#scope;
    this.depth += 1;
    let declared = '';
    let prefixed = false;
    for (const attribute in attributes) {
      if (attribute === 'xmlns' || attribute.startsWith('xmlns:')) {
        declared += ` ${attribute.length} ${attribute} ${attributes[attribute]?.length} ${attributes[attribute]}`;
      } else if (attribute.includes(':')) prefixed = true;
    }
    if (declared !== '') this.#scope = this.#scope.inner.get(declared) ?? this.#enter(declared, attributes);
    if (prefixed) this.#checkPrefixes(attributes);
    return this.#scope.names.get(name) ?? this.#resolve(name);
  }

  close(): void {
    this.depth -= 1;
    this.#scope = this.#scopes[this.depth] as Scope;
  }

  #enter(declared: string, attributes: Attributes): Scope {
    const uris = new Map(this.#scope.uris);
    for (const [attribute, value] of Object.entries(attributes)) {
      if (attribute !== 'xmlns' && !attribute.startsWith('xmlns:')) continue;
      const prefix = attribute.slice(6);
      const uri = value.trim();
      const reserved = prefix === 'xmlns' || uri === XMLNS || (prefix === 'xml') !== (uri === XML);
      if (reserved || prefix.includes(':') || (attribute !== 'xmlns' && (prefix === '' || uri === ''))) {
        throw this.#fault();
      }
      uris.set(prefix, uri);
    }
    if (uris.size > MAX_PREFIXES) throw this.#fault(`more than ${MAX_PREFIXES} namespaces are declared`);
    const scope: Scope = { uris, names: new Map(), inner: new Map() };
    if (this.#keep(declared.length)) this.#scope.inner.set(declared, scope);
    return scope;
  }

  #resolve(name: string): number {
    const colon = name.indexOf(':');
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    const local = name.slice(colon + 1);
    const uri = this.#scope.uris.get(prefix);
    if (local === '' || local.includes(':') || colon === 0 || (colon > 0 && uri === undefined)) throw this.#fault();
    const number = this.#vocabulary.get(`{${uri ?? ''}}${local}`) ?? 0;
    if (this.#keep(name.length)) this.#scope.names.set(name, number);
    return number;
  }

  #checkPrefixes(attributes: Attributes): void {
    for (const attribute in attributes) {
      const colon = attribute.indexOf(':');
      if (colon < 0 || attribute.startsWith('xmlns:')) continue;
      const rest = attribute.slice(colon + 1);
      if (rest === '' || rest.includes(':') || !this.#scope.uris.has(attribute.slice(0, colon))) throw this.#fault();
    }
  }

  #keep(characters: number): boolean {
    if (this.#kept + characters > MAX_KEPT) return false;
    this.#kept += characters;
    return true;
  }
}
