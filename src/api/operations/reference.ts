import { operation } from '../operation.ts';

const HTML = 'text/html';

const readDescription = operation(
  {
    ...{ id: 'readDescription', method: 'GET', path: '/openapi.json', tag: 'Node' },
    summary: 'This API as OpenAPI 3.1',
  },
  async ({ api }) =>
    new Response(JSON.stringify(api.reference.description()), { headers: { 'Content-Type': 'application/json' } }),
);

const readReference = operation(
  {
    ...{ id: 'readReference', method: 'GET', path: '/docs', tag: 'Node' },
    summary: 'This API as a page for people',
    produces: [HTML],
  },
  async ({ api }) => {
    const { html, styleHash } = api.reference.page();
    const policy = `default-src 'none'; style-src '${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
    return new Response(html, {
      headers: { 'Content-Type': `${HTML}; charset=utf-8`, 'Content-Security-Policy': policy },
    });
  },
);

export const referenceOperations = { readDescription, readReference } as const;
