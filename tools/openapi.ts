// Writes docs/openapi.json from the table of operations.
import { writeFileSync } from 'node:fs';
import { describedApi } from '../src/api/index.ts';

writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(describedApi(), null, 2)}\n`);
