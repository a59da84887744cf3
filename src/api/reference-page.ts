import { createHash } from 'node:crypto';
import { type OpenApi, rolesFor } from './openapi.ts';
import { type AnyOperation, pathOf, tags } from './operation.ts';
import { apiVersion } from './version.ts';

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem 1.25rem}
h1,h2,h3{line-height:1.25}h3{margin-top:2rem}code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:.25rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid #8884}
.method{display:inline-block;min-width:4.2rem;font-weight:700}a{color:LinkText}a:focus-visible{outline:3px solid currentColor}summary{cursor:pointer}`;

/** The reference for people: one page, nothing loaded from elsewhere, no script. */
export function referencePage(
  operations: readonly AnyOperation[],
  described: OpenApi,
): { readonly html: string; readonly styleHash: string } {
  const of = (tag: string) => operations.filter((operation) => operation.tag === tag);
  const styleHash = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>API of a node</title><style>${STYLE}</style></head>
<body>
<header><h1>API of a node</h1>
<p>Version ${apiVersion}. <a href="openapi.json">openapi.json</a> says the same to programs. Send a token of the node: <code>Authorization: Bearer TOKEN</code>. What goes wrong is told as RFC 9457 problem details with a stable <code>code</code>.</p></header>
<nav aria-label="Operations">${tags.map((tag) => contents(tag, of(tag))).join('')}</nav>
<main>${tags
    .map((tag) =>
      of(tag)
        .map((one) => operationPart(one, described))
        .join(''),
    )
    .join('')}${schemasSection(described)}</main>
</body></html>
`;
  return { html, styleHash };
}

function contents(tag: string, operations: readonly AnyOperation[]): string {
  const rows = operations.map((one) => {
    const { id, method, summary, role } = one;
    return `<tr><td><a href="#${id}"><code>${method} ${text(pathOf(one))}</code></a></td><td>${text(summary)}</td><td>${role === undefined ? 'anybody' : rolesFor(role).join(', ')}</td></tr>`;
  });
  return `<h2>${text(tag)}</h2><table><thead><tr><th scope="col">operation</th><th scope="col">what it does</th><th scope="col">roles</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: object;
}
interface Described {
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly description?: string;
    readonly content: Readonly<Record<string, { schema: object }>>;
  };
  readonly responses: Readonly<
    Record<string, { description?: string; content?: Readonly<Record<string, { schema: object }>> }>
  >;
}

function operationPart(operation: AnyOperation, { paths }: OpenApi): string {
  const { id, method, summary } = operation;
  const path = pathOf(operation);
  const found = paths[path]?.[method.toLowerCase()] as unknown as Described;
  const { description, parameters, requestBody, responses } = found;
  const answers = Object.entries(responses).filter(([status]) => Number(status) < 300);
  return `<section aria-labelledby="${id}"><h3 id="${id}"><span class="method">${method}</span> <code>${text(path)}</code></h3>
<p>${text(summary)}. ${text(description)}</p>${parameterTable(parameters)}${
    requestBody === undefined
      ? ''
      : `<h4>Body</h4>${requestBody.description === undefined ? '' : `<p>${text(requestBody.description)}</p>`}${contentPart(requestBody.content)}`
  }<h4>Answer</h4>${answers.map(([status, answer]) => `<p>${status}: ${text(answer.description ?? '')}</p>${contentPart(answer.content ?? {})}`).join('')}</section>`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: where, required, description = '', schema }) =>
      `<tr><th scope="row"><code>${text(name)}</code></th><td>${where}${required ? ', required' : ''}</td><td>${text(description)} <code>${text(JSON.stringify(schema).slice(0, 300))}</code></td></tr>`,
  );
  return `<h4>Parameters</h4><table><thead><tr><th scope="col">name</th><th scope="col">in</th><th scope="col">what</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function contentPart(content: Readonly<Record<string, { schema: object }>>): string {
  return Object.entries(content)
    .map(([type, { schema }]) => {
      const { $ref } = schema as { $ref?: string };
      const name = $ref?.split('/').at(-1);
      if (name !== undefined) return `<p><code>${type}</code>: <a href="#schema-${name}">${name}</a></p>`;
      if (Object.keys(schema).length === 0) return `<p><code>${type}</code></p>`;
      return `<details><summary><code>${type}</code></summary><pre>${text(JSON.stringify(schema, null, 2))}</pre></details>`;
    })
    .join('');
}

function schemasSection({ components }: OpenApi): string {
  const parts = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<h3 id="schema-${name}">${name}</h3><pre>${text(JSON.stringify(schema, null, 2).replaceAll('#/components/schemas/', ''))}</pre>`,
  );
  return `<h2>Schemas</h2>${parts.join('')}`;
}

function text(value: string): string {
  return value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
