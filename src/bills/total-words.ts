/**
 * How a cell speaks of a sum: `total` where it says nothing else (`Grand Total 2022`, `Jahressumme`, `All meters`), `like`
 * where such a word stands beside others (`Total Station 4`, `Building A total`) and only the amounts can tell.
 */
export function totalWord(cell: string): 'total' | 'like' | undefined {
  // Cheap for most cells, which hold none of the words.
  if (!HINT.test(cell)) return undefined;
  const words = cell
    .toLowerCase()
    .replace(/\b(year|month|quarter) to date\b/g, 'ytd')
    .replace(/\bsous[ -]total\b|\bsub[ -]totals?\b/g, 'subtotal')
    .replace(/\b(all|alle|tous les|toutes les|todos los|todas las) (?=\p{L})/gu, 'all ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const sums = words.filter((word) => SUMS.has(word)).length;
  const others = words.filter((word) => !SUMS.has(word) && !BESIDE.has(word) && !isYear(word)).length;
  const all = words[0] === 'all' && words.length > 1 && others === 0;
  if (others === 0 && (sums > 0 || all)) return 'total';
  return words.some((word) => NAMES_A_SUM.has(word)) || words.join() === 'all' ? 'like' : undefined;
}

const HINT =
  /to[dt]a[al]|sum|som[am]|gesamt|ytd|mtd|to date|overall|aggregat|combined|average|avg|mean|median|mittel|durchschnitt|moyenne|promedio|min|max|\ball\b|\balle\b|\btou|\btod/i;

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Words of rows that add up others. */
const NAMES_A_SUM = set(
  'total totals totale totales totali totaal totalt toplam subtotal subtotals sum sums summe summen suma sumas soma somme somma gesamt gesamtsumme gesamtverbrauch gesamtmenge insgesamt jahressumme jahresgesamt monatssumme quartalssumme zwischensumme endsumme ytd mtd overall aggregate aggregated',
);
/** Those, and words of rows that compare others. */
const SUMS: ReadonlySet<string> = new Set([
  ...NAMES_A_SUM,
  ...set('combined average averages avg mean median mittelwert durchschnitt moyenne promedio minimum maximum min max'),
]);
/** What stands beside them in such a row. */
const BESIDE = set(
  `grand annual anual annuel annuelle yearly year month monthly quarter quarterly period jahr jahres monat general général générale generale
  usage use used consumption consumed amount energy quantity volume verbrauch energie menge consommation consumo énergie energía
  wh kwh mwh gwh therm therms ccf mcf m3 mj gj btu kbtu mmbtu gallons
  for of the in per and de du des la le del all alle les los las meter meters site sites account accounts building buildings facility
  facilities location locations portfolio property properties bill bills row rows zähler liegenschaften standorte compteurs compteur sites
  contadores electricity electric natural gas water heat steam cooling strom wasser wärme électricité eau gaz agua electricidad
  q1 q2 q3 q4 fy cy january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec`.replace(/\s+/g, ' '),
);

function isYear(word: string): boolean {
  return /^((fy|cy)\d{2}|(fy|cy)?(19|20)\d{2})$/.test(word);
}
