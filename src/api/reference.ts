import { describeApi, type OpenApi } from './openapi.ts';
import type { Api } from './operation.ts';
import { operations, rootOperations } from './operations/index.ts';
import { referencePage } from './reference-page.ts';

const all = [...operations, ...rootOperations];
let description: OpenApi | undefined;
let page: ReturnType<typeof referencePage> | undefined;

/** The table of operations as OpenAPI 3.1. */
export function describedApi(): OpenApi {
  description ??= describeApi(all);
  return description;
}

/** Made when it is first asked for, and the same from then on. */
export const reference: Api['reference'] = {
  description: describedApi,
  page: () => {
    page ??= referencePage(all, describedApi());
    return page;
  },
};
