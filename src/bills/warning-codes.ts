/** What a warning on a line can be about, each with what a person should do. Codes are stable for ever. */
export const warningCodes = {
  COLUMN_IGNORED:
    'Check that the columns named hold nothing that belongs to the bill, or give them a name of docs/bills.md.',
  COLUMN_IGNORED_USAGE:
    'The column named looks like an amount and was not read; put amounts into quantity, one row each.',
  RECONCILIATION: "Compare the bill with the meter's readings; the message gives both figures.",
  YEARS_BY_DAYS:
    'Where the year matters to you, take the line back first (uec imports undo, or uec void); then record what the readings show of each year in the plain layout, under the same meter and utility, with the file in column document.',
  SUMMARY_UNUSED: 'The billing summary was not used as a bill, for the reason given; the readings were taken.',
  BILL_MAY_BE_NET: 'Check that the bill states gross delivered energy: the meter also exports.',
  FLOW_ASSUMED: 'Check that the readings are energy delivered by the grid; the file does not say.',
  GROSS_UNKNOWN:
    'Ask the utility for delivered and exported energy apart; the file has only their balance or their sum.',
  READINGS_ESTIMATED: 'Replace the line with a correction once actual readings are there.',
  READINGS_QUESTIONABLE: 'Ask the utility about the readings that it marks as questionable.',
  READINGS_REPEATED: 'The same readings stood in the file twice and were counted once.',
  READINGS_MISSING: 'Ask the utility for the readings that are missing; the line has only what was read.',
  READINGS_UNUSED:
    'The file has further readings of this meter that are no activity data, or show the same energy once more.',
  REGISTER_DIFFERENCES: 'Compare with the bill: the use is the difference between reads of a register.',
  PARTS_ADDED:
    'Check that the file has every tier and time of use: the whole use is not stated, the parts were added up.',
  VOLUME_UNCORRECTED:
    'Give the volume that the bill states: the file has gas as metered, not at standard temperature and pressure.',
  DAY_BOUNDARY: 'Readings run across midnight; each was counted on the day on which it starts.',
  ZONE_DISAGREES: 'Check --zone: the file gives another offset from UTC.',
  METER_OTHER_UTILITY:
    'If it is the same meter, write number and utility as before: bills under two names are never compared and count twice.',
  PERIOD_IN_UTC: 'Check the dates: the file gives them as midnight UTC, and they were taken as they are written.',
  ENCODING_READ: 'Check the names in the file: its encoding is not stated and was told by its bytes.',
  DATE_ORDER_READ: 'Check one date against the bill; if it is wrong, give --date-order.',
  DECIMAL_SIGN_READ: 'Check one amount against the bill; if it is wrong, give --decimal-sign.',
  END_DATE_READ: 'Check one period against the bill; if it is a day too short or too long, give --end-convention.',
  ROWS_LEFT_OUT: 'Check that the rows named are totals, charges or demand, and no use of their own.',
  TOTAL_SUSPECTED:
    'Take the row out if it adds up others, and record the file anew; leave it if it is a meter of its own that nothing else counts.',
  USAGE_IMPLAUSIBLE:
    'Compare amount and unit with the bill: the use a day is out by far, as where kWh and MWh were exchanged.',
  DAY_BETWEEN_BILLS:
    'Check what the end date means: a day between two bills of a meter is in neither. If the end is the last day billed, it is inclusive.',
  MULTIPLIER_UNUSED:
    'Compare one amount with the bill: the column multiplies what a meter shows, and amounts were not multiplied.',
  INTERVAL_READ: 'Check how long a reading of the file is: it states neither its end nor its duration.',
  END_ASSUMED:
    'Check the end date: it was taken as the last day billed; give --end-convention if it is shared with the next bill.',
  END_AGAINST_TOLD:
    'Check the end date: entries beside it show another meaning than --end-convention says, and were followed.',
  UNIT_RESTATED: 'Check the quantity: the unit of the file is larger by the power of ten that the message gives.',
  FORMULA_STORED: 'Check the value: it is what a formula gave when the workbook was saved.',
  ROW_HIDDEN: 'Check that the row belongs to the bills: it is hidden in the workbook, and was read.',
  COLUMN_HIDDEN: 'Check the columns named: they are hidden in the workbook, and were read.',
  CELL_MERGED: 'Unmerge the cells and fill each: a blank under a merged cell takes nothing from it.',
  NUMBER_SCALED: 'Check the quantity: the sheet shows it divided by thousands, and the number in the cell was taken.',
  SHEET_HIDDEN: 'Show the sheet if its entries are bills: hidden sheets are not read.',
  GREEN_POWER_NOTED: 'Keep the certificates: green power that the file claims changes no result here.',
  PAGE_PARTS_UNREAD:
    'Look at the page named: it has text that cannot be seen, or that was not read for the reason given.',
  BILL_HAS_MORE:
    'Look at the places named: what else the bill shows is not in the line. A PDF is recorded once; write the others into the plain layout, with the PDF in column document.',
  BILL_PROPOSED: 'Compare the line with the bill; it is recorded only with the digest that the message gives.',
} as const satisfies Record<string, string>;

export type WarningCode = keyof typeof warningCodes;
