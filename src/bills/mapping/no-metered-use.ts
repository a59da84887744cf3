import { type ColumnName, isNoUsage, unitOfText } from './column-words.ts';

/** Money, power, rates, weather, registers and emissions. */
const OTHER_MEASURES = words(
  'costs? charges? prices? rates? tariff amount.due betrag kosten preis tarif demand power leistung temperature temp kw kvar?h? kvah? balance saldo tax(es)? degree.* hdd cdd multiplier factor faktor z(ä|ae)hlerstand readings? read meter.read.* registers? index dials? co2e? carbon emissions? intensity eui',
);

/** Plans, comparisons, amounts of other days than the bill's own, and energy that was not drawn from the grid. */
const OTHER_AMOUNTS = words(
  'budget(ed)? forecast(ed)? predict(ed|ion) project(ed|ion) plan(s|ned|wert)? expected target goal quota baseline base.(line|load) baseload benchmark typical modell?ed simulated normali[sz]ed weather adjusted uncorrected contract(ed)? agreed committed reserved capacity saved savings? avoided allowance',
  'variance difference diff delta change deviation yoy vs versus compared comparison last.(year|month|period|bill) prior previous prev preceding year.ago same.(month|period) next ly py average avg mean median min max minimum maximum peers? similar neighbou?rs? portfolio',
  'cumulative cum running rolling trailing lifetime ytd mtd to.date annual(i[sz]ed)? yearly (12|twelve).months? estimated? estimation loss(es)? daily',
  'net netto generat(ed|ion) produc(ed|tion) solar pv exports? exported received sent feed.in injected surplus erzeug(t|ung) einspeisung',
  '(budget|plan|soll|ziel|referenz|vertrags|durchschnitts|prognose)(verbrauch|menge|wert) soll ziel prognose vorjahr.* vormonat.* durchschnitt.* mittelwert hochrechnung abweichung differenz (witterungs)?bereinigt kumuliert jahresverbrauch vertragsmenge',
  'prévision objectif moyenne année.précédente n.1 écart cumul presupuesto previsión objetivo media promedio año.anterior acumulado contratad[oa]',
);

/** The words (a point is a blank) where no letter stands beside them. */
function words(...lists: readonly string[]): RegExp {
  const all = lists
    .join(' ')
    .replaceAll(' ', '|')
    .replace(/\.(?!\*)/g, '[ .-]');
  return new RegExp(`(?<![\\p{L}\\d])(?:${all})(?![\\p{L}])`, 'u');
}

/**
 * True for a column whose numbers are, by its name, not what a meter measured in the period of the row, though a word of it
 * looks like use. It is never proposed as the amount: a person can name it.
 */
export function isNoMeteredUse(name: ColumnName): boolean {
  if (name.bracket !== undefined && isNoUsage(name.bracket)) return true;
  return isOtherMeasure(name) || OTHER_AMOUNTS.test(textOf(name)) || isRate(name.text);
}

/** True for a column of money, power, rates, weather or readings of a register, by a word of its name. */
export function isOtherMeasure(name: ColumnName): boolean {
  return /[$€£¥%]/.test(name.text) || OTHER_MEASURES.test(textOf(name));
}

function textOf({ words: name, bracket }: ColumnName): string {
  return `${name} ${(bracket ?? '').toLowerCase()}`;
}

/** `kWh per day`, `kWh/m2`, `ct/kWh`, and two units of which only one can be right. A factor such as `/1000` is none. */
function isRate(text: string): boolean {
  if (/\b(per|pro|je|par|por)\b/i.test(text)) return true;
  return [...text.matchAll(/([\p{L}\d³²]+)\s*\/\s*(?!\d)([\p{L}\d³²]+)/gu)].some(
    ([, over, under]) => unitOfText(over as string) !== undefined || unitOfText(under as string) !== undefined,
  );
}
