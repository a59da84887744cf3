/** Words of bills in English, German, French and Spanish. They only propose: a person confirms. */

function words(...parts: readonly string[]): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${parts.join('|')})(?!\\p{L})`, 'iu');
}

/** A label at the start of a cell, with what may stand between it and its value. */
function label(...parts: readonly string[]): RegExp {
  return new RegExp(`^\\s*(?:${parts.join('|')})(?!\\p{L})\\s*[:.#]*\\s*`, 'iu');
}

const NO = '(?:n[o°º.]|nr\\.?|no\\.?|n\\.º|num(?:ber)?\\.?|nummer|n[uú]m(?:ero|éro)?\\.?|numéro|#)';

export const METER_LABEL = label(
  `(?:electric(?:ity)? |gas |water )?meter(?: serial)?(?: ?${NO}| id)?`,
  `meter point ${NO}`,
  `zähler(?:-?(?:nummer|nr))?`,
  `${NO} (?:de |du )?(?:compteur|contador)`,
  `(?:compteur|contador)(?: ${NO})?`,
);
export const ACCOUNT_LABEL = label(
  `(?:customer )?account(?: ?${NO})?`,
  `customer ${NO}`,
  `kunden-?(?:nummer|nr)`,
  `vertragskonto(?:nummer)?`,
  `vertragsnummer`,
  `${NO} (?:de )?(?:client|contrato|cliente|cuenta|compte)`,
  `référence client`,
);
export const TOTAL_LABEL = label(
  'total (?:amount )?due',
  'amount due',
  'total to pay',
  'please pay',
  'rechnungsbetrag',
  '(?:total|montant) (?:à payer|ttc)',
  'total (?:a pagar|importe factura)',
  'importe total',
);
export const PERIOD_WORDS = words(
  ...['service', 'billing period', 'bill period', 'period', 'usage', 'supply', 'covered', 'billed from'],
  ...['abrechnungs\\p{L}*', '\\p{L}*zeitraum', 'lieferzeitraum', 'vom'],
  ...['période', 'consommation', 'periodo', 'período', 'facturación', 'facturado'],
);
/** A range of dates that is not what was billed. */
export const OTHER_PERIOD = words(
  ...['tariff', 'contract', 'price', 'prices', 'rate', 'payment', 'offer', 'last year', 'previous', 'prior', 'next'],
  ...['vertrag\\p{L}*', 'preis\\p{L}*', 'tarif\\p{L}*', 'vorjahr\\p{L}*', 'nächste\\p{L}*', 'abschl[aä]g\\p{L}*'],
  ...['contrat\\p{L}*', 'prix', 'précédent\\p{L}*', 'contrato', 'precio\\p{L}*', 'tarifa', 'anterior', 'próxim\\p{L}*'],
);
/** Beside two dates: the last one is billed. */
export const INCLUSIVE = words(
  'inclusive',
  'both days included',
  'einschließlich',
  'einschl\\.?',
  'inclus',
  'ambos inclu\\p{L}*',
  'ambos días incluidos',
);
export const START_LABEL = label(
  '(?:service|billing|bill|period|usage)(?: period)? (?:start|from|begin)(?:s|ning)?(?: date)?',
  '(?:start|from|begin(?:ning)?)(?: date)?',
  'previous read(?:ing)? date',
  'beginn|date de début|fecha (?:de )?inicio|desde',
);
export const END_LABEL = label(
  '(?:service|billing|bill|period|usage)(?: period)? (?:end|to|through)(?:s|ing)?(?: date)?',
  '(?:end|to|through)(?: date)?',
  'current read(?:ing)? date',
  'ende|date de fin|fecha (?:de )?fin(?:al)?|hasta',
);
export const DAYS = /(?<![\d.,])(\d{1,3}) (?:billing )?(?:days|tage|jours|días)(?!\p{L})/giu;
export const DAYS_LABEL = label(
  '(?:number of |billing |billed )?days(?: billed| of service)?',
  'anzahl tage|abrechnungstage|nombre de jours|días(?: facturados)?',
);

export const USAGE_WORDS = words(
  ...['usage', 'used', 'use', 'consumption', 'consumed', 'delivered'],
  ...['\\p{L}*verbrauch', 'netzbezug', 'bezug'],
  ...['consommation', 'consommée?', 'consumo', 'consumida'],
);
export const TOTAL_WORDS = words('total', 'totals', 'sum', 'gesamt\\p{L}*', 'summe', 'suma');

/** Why an amount of energy or volume is not what was used in the period of the bill. */
export const NO_USE: readonly (readonly [why: string, words: RegExp])[] = [
  [
    'of another time',
    words(
      ...[
        'last year',
        'previous year',
        'prior year',
        'year ago',
        'same (?:period|month|time)',
        'history',
        'historical',
      ],
      ...['by month', 'monthly', 'compar\\p{L}*', 'previous (?:month|bill|period)', 'last (?:month|bill)', 'benchmark'],
      ...['vorjahr\\p{L}*', 'vorperiode', 'vergleich\\p{L}*', 'monatlich\\p{L}*', 'verlauf'],
      ...['(?:année|an|période) (?:précédente?|derni[eè]re?|passée?)', 'historique', 'mensuel\\p{L}*', 'n-1'],
      ...['año (?:anterior|pasado)', 'último año', 'histórico', 'mensual\\p{L}*'],
    ),
  ],
  [
    'an average',
    words(
      ...['average', 'avg\\.?', 'per day', 'daily', 'mean', 'durchschnitt\\p{L}*', '(?:pro|je) tag', 'täglich\\p{L}*'],
      ...['moyenne?', 'par jour', 'journali\\p{L}*', 'medi[oa]', 'promedio', 'diari[oa]', 'por día'],
    ),
  ],
  [
    'a forecast, an allowance or a target',
    words(
      ...[
        'forecast',
        'projected',
        'projection',
        'budget',
        'target',
        'expected',
        'annual',
        'yearly',
        'allowance',
        'baseline',
      ],
      ...['contracted', 'normali[sz]ed', 'weather', 'prognose\\p{L}*', 'voraussichtlich\\p{L}*', 'geplant\\p{L}*'],
      ...['prévision\\p{L}*', 'prévue?', 'annuel\\p{L}*', 'previst[oa]', 'anual'],
    ),
  ],
  [
    'a running total',
    words(
      'year to date',
      'ytd',
      'to date',
      'cumulative',
      '(?:12|twelve)[- ]months?',
      'rolling',
      'since',
      'seit',
      'bisher\\p{L}*',
      'depuis',
      'desde',
      'kumuliert\\p{L}*',
      'acumulad[oa]',
      'cumul\\p{L}*',
    ),
  ],
  [
    'sent to the grid or generated',
    words(
      ...[
        'export\\p{L}*',
        'generat\\p{L}*',
        'solar',
        'net meter\\p{L}*',
        'feed-?in',
        'einspeis\\p{L}*',
        'erzeug\\p{L}*',
      ],
      ...['injection', 'injectée?', 'production', 'excedentes?', 'vertid[oa]', 'generación'],
    ),
  ],
  ['in thousands or millions', words('thousands?', 'tsd', 'tausend', 'milliers?', 'miles', 'millions?', 'mio')],
  ['a credit', words('credit', 'rebill', 'gutschrift', 'avoir', 'abono')],
  ['demand', words('demand', 'leistung', 'potencia', 'puissance', 'peak load')],
  ['reactive energy', words('reactive', 'blind\\p{L}*', 'réactive', 'reactiva')],
];
/** Labels of charges, prices and taxes: a line of money, whether or not it has a sign of a currency. */
export const CHARGE_WORDS = words(
  ...['charges?', 'prices?', 'rate', 'costs?', 'fees?', 'tax', 'levy', 'adjustment', 'surcharge'],
  ...['\\p{L}*preis', '\\p{L}*entgelt', '\\p{L}*kosten', '\\p{L}*steuer', '\\p{L}*umlage', '\\p{L}*abgabe'],
  ...['prix', 'coût', 'taxes?', 'contribution', 'precio', 'coste', 'impuesto', 'importe', 'peaje'],
);
/** Labels of what a meter shows; an amount beside them is no use unless they also speak of use. */
export const READ_WORDS = words(
  ...[
    'read',
    'reads',
    'reading',
    'readings',
    'dial',
    'zählerstand',
    'stand',
    'anfangsstand',
    'endstand',
    'relevé',
    'index',
    'lectura',
  ],
);
/** Signs of a price or charge anywhere on a line. */
export const MONEY =
  /[$€£¥]|(?<!\p{L})(?:USD|EUR|GBP|CAD|CHF|AUD|INR|ct|cents?|pence)(?!\p{L})|\d ?p(?!\p{L})|@|\/ ?(?:kWh|MWh|therm|m³|m3|kW)(?!\p{L})|(?<!\p{L})per (?:kWh|therm|unit)/iu;

export const NO_COMMODITY =
  /greenhouse gas(?:es)?|gaz à effet de serre|gases de efecto invernadero|heat(?:ing)? (?:content|value)|(?:higher|lower) heat(?:ing)?/giu;
export const COMMODITY_WORDS: readonly (readonly [
  'electricity' | 'natural-gas' | 'water' | 'steam' | 'heat' | 'cooling',
  RegExp,
])[] = [
  [
    'electricity',
    words('electric\\p{L}*', 'strom\\p{L}*', 'elektri\\p{L}*', 'électri\\p{L}*', 'eléctric\\p{L}*', 'electricidad'),
  ],
  ['natural-gas', words('gas', '(?:natural|erd) ?gas\\p{L}*', 'gaz')],
  ['water', words('water', '(?:trink)?wasser\\p{L}*', 'eau', 'agua')],
  ['steam', words('steam', 'dampf', 'vapeur', 'vapor')],
  ['heat', words('district heat\\p{L}*', 'heat', 'fernwärme', 'wärme', 'chaleur', 'calefacción')],
  ['cooling', words('chilled water', 'district cooling', 'fernkälte', 'kälte')],
];

export const ESTIMATED = words('estimat\\p{L}*', 'geschätzt\\p{L}*', 'schätzung', 'estimée?', 'estimad[oa]');
/** In Spanish `lectura actual` is the current read, and `lectura real` an actual one. */
export const ACTUAL = words('(?<!lectura )actual', 'abgelesen', 'ablesung', '(?:relevé|index) réel', 'lectura real');
export const CUSTOMER = words('customer read(?:ing)?', 'selbstablesung', 'auto-?relevé', 'autolectura');
/** Lines with words of estimates that do not speak of this bill's reads. */
export const NO_BASIS = words(
  ...[
    'annual',
    'yearly',
    'next',
    'e ?=',
    'voraussichtlich\\p{L}*',
    'nächste\\p{L}*',
    'annuel\\p{L}*',
    'anual',
    'cost',
    'bill is',
  ],
);
