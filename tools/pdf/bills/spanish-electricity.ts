import { helvetica } from '../fonts.ts';
import { type BillFile, Sheet } from '../sheet.ts';
import { head, prices, VALUE } from './parts.ts';

/** A month in Spain: three tariff periods on one meter, reactive energy and contracted power beside them. */
export function spanishElectricity(): BillFile {
  const fonts = { plain: helvetica(), bold: helvetica('Helvetica-Bold') };
  const page = new Sheet(fonts, [595, 842]);
  head(page, {
    name: 'Energía Ejemplo',
    note: 'Factura de muestra para pruebas: ni la empresa, ni el cliente, ni el contador existen',
    at: [330, 104],
    customer: ['Cliente de Ejemplo', 'Calle Ejemplo 1', '28001 Ciudad Ejemplo'],
    facts: [
      ['Nº de contrato', '90 0417 22'],
      ['Fecha de factura', '05/04/2022'],
      ['Periodo de facturación', '28/02/2022 - 31/03/2022'],
      ['Días facturados', '31'],
      ['Potencia contratada', '16 kW'],
    ],
  });
  page.rule(172);
  consumption(page);
  charges(page);
  return { name: 'spanish-electricity', fonts, sheets: [page], writing: 'scaled-form', packed: false };
}

function consumption(page: Sheet): void {
  page.text(50, 192, 'Electricidad: consumo', { size: 12, bold: true });
  page.text(50, 209, 'Nº de contador EJ0055120');
  page.text(545, 209, 'Lectura real', { align: 'right' });
  page.rows(
    227,
    [[50, 'left'], [280, 'right'], [400, 'right'], VALUE],
    [
      ['Periodo', 'Lectura 28/02/2022', 'Lectura 31/03/2022', 'Consumo'],
      ['P1 Punta', '70.310', '71.555', '1.245 kWh'],
      ['P2 Llano', '41.020', '42.000', '980 kWh'],
      ['P3 Valle', '118.440', '120.750', '2.310 kWh'],
      ['Consumo total', '', '', '4.535 kWh'],
      ['Energía reactiva', '', '', '1.120 kVArh'],
      ['Consumo medio diario', '', '', '146,29 kWh'],
      ['Consumo acumulado del último año', '', '', '51.870 kWh'],
    ],
  );
  page.rule(325);
}

function charges(page: Sheet): void {
  page.rows(345, prices(400), [
    ['Potencia', '16 kW x 31 días x 0,105 €/kW', '52,08 €'],
    ['Energía', '4.535 kWh x 0,1986 €/kWh', '900,65 €'],
    ['Impuesto sobre la electricidad', '5,11269 % de 952,73 €', '48,71 €'],
    ['Alquiler del equipo', '31 días x 0,0267 €', '0,83 €'],
    ['IVA', '21 % de 1.002,27 €', '210,48 €'],
    ['Total importe factura', '', '1.212,75 €'],
  ]);
}
