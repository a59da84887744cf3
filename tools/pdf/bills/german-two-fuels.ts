import { helvetica } from '../fonts.ts';
import { type BillFile, type Column, Sheet } from '../sheet.ts';
import { head, prices, VALUE } from './parts.ts';

/** A year of a small firm in Germany: electricity and natural gas, each with its meter; decimal commas, inclusive end. */
export function germanTwoFuels(): BillFile {
  const fonts = { plain: helvetica(), bold: helvetica('Helvetica-Bold') };
  const sheets = [new Sheet(fonts, [595, 842]), new Sheet(fonts, [595, 842])] as const;
  summary(sheets[0]);
  details(sheets[1]);
  return { name: 'german-two-fuels', fonts, sheets, writing: 'scattered', packed: false };
}

function summary(page: Sheet): void {
  head(page, {
    name: 'Beispiel-Stadtwerke',
    note: 'Musterrechnung für Tests: kein Versorger, Kunde oder Zähler, den es gibt',
    pageNumber: 'Seite 1 von 2',
    at: [350, 110],
    customer: ['Beispielkunde', 'Beispielweg 1', '10115 Beispielstadt'],
    facts: [
      ['Kundennummer', '700 442 118'],
      ['Rechnungsnummer', '2023-000417'],
      ['Rechnungsdatum', '20.01.2023'],
    ],
  });
  page.text(50, 180, 'Jahresrechnung Strom und Erdgas', { size: 12, bold: true });
  page.text(50, 198, 'Abrechnungszeitraum 01.01.2022 – 31.12.2022 (365 Tage)');
  page.rule(206);
  page.rows(
    225,
    [[50, 'left'], [400, 'right'], VALUE],
    [
      ['Strom', '42.435,5 kWh', '12.272,92 €'],
      ['Erdgas', '29.449 kWh', '3.036,00 €'],
      ['Nettobetrag', '', '15.308,92 €'],
      ['Umsatzsteuer 19 %', '', '2.908,69 €'],
      ['Rechnungsbetrag', '', '18.217,61 €'],
      ['abzüglich Abschläge 12 x 1.450,00 €', '', '-17.400,00 €'],
      ['Nachzahlung, fällig am 06.02.2023', '', '817,61 €'],
    ],
  );
  page.rule(322);
  page.text(50, 345, 'Ihr neuer Abschlag ab 01.02.2023 beträgt 1.520,00 €.');
}

function details(page: Sheet): void {
  page.text(545, 60, 'Seite 2 von 2', { align: 'right' });
  page.text(50, 60, 'Strom', { size: 12, bold: true });
  page.text(50, 78, 'Zählernummer 1EXP0042007781');
  const readings: Column[] = [[50, 'left'], [200, 'left'], [390, 'right'], VALUE];
  page.rows(96, readings, [
    ['Zählerstand', 'Ableseart', 'Datum', 'Stand'],
    ['Alt', 'abgelesen', '31.12.2021', '10.482,0 kWh'],
    ['Neu', 'abgelesen', '31.12.2022', '52.917,5 kWh'],
    ['Verbrauch', '', '', '42.435,5 kWh'],
    ['Vorjahresverbrauch', '', '', '44.120,0 kWh'],
    ['Vergleichsgruppe Gewerbe', '', '', '38.000,0 kWh'],
  ]);
  page.rows(182, prices(), [
    ['Arbeitspreis', '42.435,5 kWh x 28,50 ct/kWh', '12.094,12 €'],
    ['Grundpreis', '12 Monate x 14,90 €', '178,80 €'],
    ['Summe Strom', '', '12.272,92 €'],
  ]);
  page.rule(224);
  page.text(50, 250, 'Erdgas', { size: 12, bold: true });
  page.text(50, 268, 'Zählernummer 7EXP0033009124');
  page.rows(286, readings, [
    ['Zählerstand', 'Ableseart', 'Datum', 'Stand'],
    ['Alt', 'abgelesen', '31.12.2021', '8.120 m³'],
    ['Neu', 'geschätzt', '31.12.2022', '10.866 m³'],
    ['Differenz', '', '', '2.746 m³'],
    ['Brennwert', '', '', '11,239 kWh/m³'],
    ['Zustandszahl', '', '', '0,9542'],
    ['Verbrauch (2.746 m³ x 11,239 x 0,9542)', '', '', '29.449 kWh'],
    ['Vorjahresverbrauch', '', '', '30.015 kWh'],
  ]);
  page.rows(398, prices(), [
    ['Arbeitspreis', '29.449 kWh x 9,80 ct/kWh', '2.886,00 €'],
    ['Grundpreis', '12 Monate x 12,50 €', '150,00 €'],
    ['Summe Erdgas', '', '3.036,00 €'],
  ]);
  page.rule(440);
  page.text(50, 462, 'Stromkennzeichnung: 380 g CO2 je kWh. Der Brennwert ist auf den oberen Heizwert bezogen.');
}
