// What a browser lets a page of one origin do at a node of another: the checks of the Fetch standard
// (https://fetch.spec.whatwg.org/#http-cors-protocol), made here because Node's own fetch makes none.
import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client';

const SAFE_METHODS = ['GET', 'HEAD', 'POST'];
const SAFE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const SAFE_ANSWER_FIELDS = [
  ...['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'],
];

/** What a browser answers to a page that may not: it tells the page nothing of why. */
export class CorsRefused extends Error {}

export interface PageAnswer {
  readonly status: number;
  /** Only those that the page is let see. */
  readonly headers: Headers;
  readonly text: string;
}

export class Page {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** @throws {CorsRefused} */
  async fetch(url: string, init: RequestInit = {}): Promise<PageAnswer> {
    const { method = 'GET' } = init;
    const headers = new Headers(init.headers);
    const unsafe = [...headers.keys()].filter((name) => !isSafeField(name, headers.get(name) as string)).sort();
    if (!SAFE_METHODS.includes(method) || unsafe.length > 0) await this.#ask(url, method, unsafe);
    headers.set('Origin', this.#origin);
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    this.#check(answer);
    const exposed = [...SAFE_ANSWER_FIELDS, ...listed(answer, 'Access-Control-Expose-Headers')];
    const seen = [...answer.headers].filter(([name]) => exposed.includes(name));
    return { status: answer.status, headers: new Headers(seen), text: await answer.text() };
  }

  async #ask(url: string, method: string, fields: readonly string[]): Promise<void> {
    const answer = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        Origin: this.#origin,
        'Access-Control-Request-Method': method,
        ...(fields.length === 0 ? {} : { 'Access-Control-Request-Headers': fields.join(',') }),
      },
    });
    await answer.body?.cancel();
    this.#check(answer);
    if (!answer.ok) throw new CorsRefused(`the preflight is answered with ${answer.status}`);
    const methods = listed(answer, 'Access-Control-Allow-Methods');
    if (!SAFE_METHODS.includes(method) && !methods.includes(method.toLowerCase())) throw new CorsRefused(method);
    const allowed = listed(answer, 'Access-Control-Allow-Headers');
    const refused = fields.filter((name) => !allowed.includes(name));
    if (refused.length > 0) throw new CorsRefused(refused.join(', '));
  }

  #check({ headers }: Response): void {
    const allowed = headers.get('Access-Control-Allow-Origin');
    if (allowed !== '*' && allowed !== this.#origin) throw new CorsRefused(`Access-Control-Allow-Origin: ${allowed}`);
  }
}

function isSafeField(name: string, value: string): boolean {
  if (name === 'content-type') return SAFE_TYPES.includes(value.split(';')[0]?.trim().toLowerCase() ?? '');
  return ['accept', 'accept-language', 'content-language'].includes(name);
}

function listed({ headers }: Response, name: string): string[] {
  return (headers.get(name) ?? '').split(',').map((one) => one.trim().toLowerCase());
}

/** Lets tus-js-client work in a page. */
export class PageStack implements HttpStack {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  createRequest(method: string, url: string): HttpRequest {
    const headers = new Headers();
    const send = async (body?: unknown): Promise<HttpResponse> => {
      const bytes = body === undefined || body === null ? {} : { body: body as NonNullable<RequestInit['body']> };
      const answer = await this.#page.fetch(url, { method, headers, ...bytes });
      return {
        getStatus: () => answer.status,
        getHeader: (name) => answer.headers.get(name) ?? undefined,
        getBody: () => answer.text,
        getUnderlyingObject: () => answer,
      };
    };
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => headers.set(name, value),
      getHeader: (name) => headers.get(name) ?? undefined,
      setProgressHandler: () => undefined,
      send,
      abort: async () => undefined,
      getUnderlyingObject: () => undefined,
    };
  }

  getName(): string {
    return 'PageStack';
  }
}
