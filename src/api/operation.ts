import type { z } from 'zod';
import type { Node, Progress } from '../node/index.ts';
import type { Access } from './access/access.ts';
import type { ApiRole, Principal } from './access/principal.ts';
import type { IdempotencyStore } from './idempotency/store.ts';
import type { Counts, Jobs } from './jobs/jobs.ts';
import type { NodeParts } from './node-parts.ts';
import type { Readiness } from './observe/health.ts';
import type { Queue } from './turn.ts';
import type { Received } from './uploads/received.ts';
import type { Uploads } from './uploads/uploads.ts';
import { apiRoot } from './version.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
export const tags = [
  'Records',
  'Imports and uploads',
  'Documents',
  'Requests',
  'Inventory',
  'Factors',
  'Channel',
  'Checks',
  'Jobs and events',
  'Node',
  'Access',
  'Webhooks',
] as const;

/** What the API works with: one node, and what the API itself keeps in the node's folder. */
export interface Api {
  readonly node: Node;
  readonly access: Access;
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  /** Tokens, audit log, webhooks, metrics and log. */
  readonly parts: NodeParts;
  readonly ready: () => Promise<Readiness>;
  readonly idempotency: IdempotencyStore;
  /** What writes goes one after the other: a use case reads what it is about to change. */
  readonly turn: Queue;
  /** As `turn`, for tokens and webhooks: they do not wait for a long import. */
  readonly settings: Queue;
  /** The API told to programs and to people. */
  readonly reference: {
    description(): object;
    page(): { readonly html: string; readonly styleHash: string };
  };
  /** Ended when the node stops: streams end, and what is under way is given its grace. */
  readonly stopping: AbortSignal;
}

/** A kind of body that is no JSON, beside or instead of it. */
export interface RawBody {
  readonly types: readonly string[];
  readonly description: string;
  /** Given to the handler as it comes. Otherwise files are taken in first, and a form's with its fields. */
  readonly streamed?: true;
  /** Fields that a multipart form may have. */
  readonly form?: z.ZodObject;
  /** Texts that a form may have as a file or as a field, and what each is. */
  readonly texts?: Readonly<Record<string, string>>;
}

type FormOf<S extends Spec> = S extends { readonly raw: { readonly form: infer F extends z.ZodObject } }
  ? z.output<F>
  : Readonly<Record<string, never>>;

/** One operation of the API, said once: routes, checks, OpenAPI, the reference, the roles and the client's types follow from it. */
export interface Spec {
  readonly id: string;
  readonly method: Method;
  /** Below /api/v1, with `{name}` for a parameter. */
  readonly path: `/${string}`;
  /** Stands at the root of the node instead, where monitors look. */
  readonly root?: true;
  readonly tag: (typeof tags)[number];
  readonly summary: string;
  readonly detail?: string;
  /** Absent: anybody may ask, without a token. */
  readonly role?: ApiRole;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly raw?: RawBody;
  /** The JSON answered; of a job, what it results in. */
  readonly answer?: z.ZodType;
  readonly status?: 200 | 201 | 202 | 204;
  /** Other statuses with the same JSON, and what each says. */
  readonly alsoStatus?: Readonly<Record<number, string>>;
  /** Other media types that the answer can have; the handler makes them itself. */
  readonly produces?: readonly string[];
  /** The data of each server-sent event, where the answer is a stream of them. */
  readonly events?: z.ZodType;
  /** The answer holds a secret that is shown once, or rows of a bill: it is not kept for a repeated request. */
  readonly once?: 'never-kept';
  /** Runs as a job: answered with 202 at once. */
  readonly job?: true;
  /** Of a job: numbers of its result that the audit log is told. */
  readonly counts?: Counts;
  /** Answers follow from the ledger alone: the entity tag is made of its height, and a repeated question costs nothing. */
  readonly fresh?: 'ledger';
  /** The operation that reads what this one changes: If-Match is compared with the tag of its answer. */
  readonly seen?: Readable;
  /** Field of the body that names what is changed, where the path does not. */
  readonly seenId?: string;
  /** What an item is, where `fields` may choose from it. */
  readonly item?: z.ZodObject;
}

/** An operation of which the answer to one caller can be asked for by another operation. */
type Readable = Pick<AnyOperation, 'path' | 'root' | 'params' | 'handle'>;

/** Where an operation stands. */
export function pathOf({ root, path }: Pick<Spec, 'root' | 'path'>): string {
  return root === true ? path : `${apiRoot}${path}`;
}

type Read<T extends z.ZodType | undefined, Otherwise> = T extends z.ZodType ? DeepReadonly<z.output<T>> : Otherwise;
export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A call of an operation: checked, and by somebody who may. */
export interface Call<S extends Spec = Spec> {
  readonly api: Api;
  readonly principal: Principal;
  readonly params: Read<S['params'], Readonly<Record<string, never>>>;
  readonly query: Read<S['query'], Readonly<Record<string, never>>>;
  /** Absent where the body is of one of the operation's other types. */
  readonly body: Read<S['body'], undefined>;
  /** Files that came in the body. They are removed when the answer is made, or the job is over. */
  readonly files: Received<FormOf<S>> | undefined;
  /** The body as it comes, of an operation that takes it so. */
  readonly stream: ReadableStream<Uint8Array> | undefined;
  readonly request: Request;
  /** Media type chosen among `produces`; application/json where the operation has none else. */
  readonly accept: string;
  /** Of a job: how far it is, and whether it is to go on. */
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Header fields of the answer. */
  readonly headers: Headers;
  /** Tells the audit log what was acted on. */
  readonly audit: { target?: string };
}

/** A handler answers with JSON as its schema says it, or with a response of its own; of a job it gives the work. */
export type AnswerOf<S extends Spec> = S extends { readonly job: true }
  ? (progress: Progress, signal: AbortSignal) => Promise<Named<JsonOf<S>>>
  : Named<JsonOf<S>>;

/** What a handler must give: the named fields. A loose object may have more, which a type of the software's own does not say of itself. */
type Named<T> = T extends readonly (infer E)[]
  ? readonly Named<E>[]
  : T extends object
    ? string extends keyof T
      ? unknown extends T[keyof T]
        ? { readonly [K in keyof T as string extends K ? never : K]: Named<T[K]> }
        : { readonly [K in keyof T]: Named<T[K]> }
      : { readonly [K in keyof T]: Named<T[K]> }
    : T;

/** The JSON that an operation answers, or that its job results in. */
export type JsonOf<S extends Pick<Spec, 'answer'>> = S['answer'] extends z.ZodType
  ? DeepReadonly<z.input<S['answer']>>
  : undefined;

export interface AnyOperation extends Spec {
  readonly handle: (call: never) => Promise<unknown>;
}

export function operation<const S extends Spec>(
  spec: S,
  handle: (call: Call<S>) => Promise<AnswerOf<S> | Response>,
): S & { readonly handle: typeof handle } {
  return { ...spec, handle };
}
