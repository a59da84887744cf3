/** What says that advice is read by somebody at the command line (RFC 7240): the command itself sends it. */
export const COMMAND_ADVICE = { Prefer: 'advice=command' } as const;

/** Options of the command that have another name as a field of the API. */
const fieldOfOption: Readonly<Record<string, string>> = {
  'date-order': 'dateOrder',
  'decimal-sign': 'decimalSign',
  'end-convention': 'statedEnd',
  errors: 'acceptPartial',
  map: 'mapping',
  partial: 'acceptPartial',
  utility: 'utilityId',
};

const SAME_NAME = [
  ...['announce', 'commodity', 'confirm', 'country', 'document', 'end', 'gwp', 'head', 'meter', 'pick', 'rebuild'],
  ...['region', 'subdivision', 'template', 'unit', 'zip', 'zone'],
];

const routeOfCommand: Readonly<Record<string, string>> = {
  'bills read': 'POST /proposals',
  correct: 'POST /records/{id}/corrections',
  'document list': 'GET /documents',
  'document scrub': 'POST /documents/scrubs',
  'factors load': 'POST /releases',
  fsck: 'POST /checks',
  'imports list': 'GET /imports',
  'imports undo': 'POST /imports/{id}/undo',
  'members admit': 'POST /members',
  'members grant': 'POST /members/{id}/roles',
  records: 'GET /records',
  status: 'GET /status',
  'token add': 'POST /tokens',
  'token list': 'GET /tokens',
  verify: 'POST /verifications',
  'webhook list': 'GET /webhooks',
};

/** Every name that may be told, for the test that holds them to the API. */
export const apiNames = {
  fields: [...new Set([...Object.values(fieldOfOption), ...SAME_NAME])],
  routes: Object.values(routeOfCommand),
} as const;

/** Fields and operations of the API for the options and commands that a piece of advice names. */
export function apiNamesIn(advice: string): readonly string[] {
  const found = advice.matchAll(/(?<![\w-])--([a-z]+(?:-[a-z]+)*)|\buec ([a-z]+)(?: ([a-z]+))?/g);
  const names = [...found].map(([, option, command = '', sub]) => {
    if (option === undefined) return routeOfCommand[`${command} ${sub}`] ?? routeOfCommand[command];
    return fieldOfOption[option] ?? (SAME_NAME.includes(option) ? option : undefined);
  });
  return [...new Set(names.filter((name) => name !== undefined))];
}

/**
 * An answer as JSON, whose advice is in words of the command, with the API's own words behind them. In the text and not in the
 * value: advice stands anywhere in it, and a pass over every value of a long answer would cost more than writing it.
 */
export function inApiWords(json: string): string {
  // Quotation marks inside a string are escaped, so that this is a field wherever it stands.
  return json.replaceAll(/"fix":"((?:[^"\\]|\\.)*)"/g, (whole, advice: string) => {
    const names = apiNamesIn(advice);
    return names.length === 0 ? whole : `"fix":"${advice} In the API: ${names.join(', ')}."`;
  });
}

/** The same, unless it is the command that asks. */
export function adviceFor({ headers }: Request, json: string): string {
  return headers.get('Prefer') === COMMAND_ADVICE.Prefer ? json : inApiWords(json);
}
