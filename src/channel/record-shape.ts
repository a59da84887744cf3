import {
  type Activity,
  commodities,
  flows,
  gwpSets,
  heatContentUnits,
  readBases,
  statedEnds,
  unitNames,
} from '../emissions/index.ts';
import { correctionReasons } from './record.ts';
import { date, decimal, hash, integer, list, memberId, object, oneOf, type Shape, text } from './shape.ts';

const stated = oneOf([...gwpSets, 'not-stated', 'mixed']);
const emissions = { co2e: decimal, gwpSet: stated };
const gases = { ch4: decimal, co2: decimal, n2o: decimal };
const emissionsShape = object(emissions, gases);
const marketShape = object(
  {
    ...emissions,
    higher: oneOf(['none-claimed']),
    residual: oneOf(['used', 'absent', 'not-applicable']),
    tier: oneOf(['residual-mix', 'grid-average']),
  },
  gases,
);
const lossesShape = object(
  { basis: oneOf(['generation', 'delivered', 'factor', 'mixed']), co2e: decimal },
  { kWh: decimal },
);
const results = { emissions: emissionsShape, location: emissionsShape, losses: lossesShape, market: marketShape };
// Bill quantities stand as on the bill: trailing zeros are allowed, everything else of a plain decimal is not.
const quantity = text(/^(0|[1-9][0-9]{0,29})(\.[0-9]{1,18})?$/, 'a plain decimal');
const position = integer(0, 63);
const flag = text(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a flag');
const follows = object({ reason: oneOf(correctionReasons), record: hash });
const placeShape: Shape = object(
  { country: text(/^[A-Z]{2}$/, 'a country code') },
  {
    region: text(/^[A-Z0-9]{2,12}$/, "a grid region's acronym"),
    subdivision: text(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'a subdivision code'),
  },
);

const activity = {
  commodity: oneOf(commodities),
  end: date,
  flow: oneOf(flows),
  quantity,
  readBasis: oneOf(readBases),
  start: date,
  statedEnd: oneOf(statedEnds),
  unit: oneOf(unitNames),
  zone: text(/^[A-Za-z0-9_+-]{1,30}(\/[A-Za-z0-9_+-]{1,30}){0,2}$/, 'an IANA zone'),
} satisfies { [K in Exclude<keyof Activity, 'heatContent' | 'calorific'>]: Shape };

/** Shape of a record as it stands on the ledger; keys in canonical order, so that a record that passes has one text. */
export const recordShape: Shape = object(
  {
    ...activity,
    energy: decimal,
    energyUnit: oneOf(['kWh', 'mmBtu', 'm3']),
    flags: list(flag, 0, 40),
    gwp: oneOf(['publisher', ...gwpSets]),
    meter: hash,
    owner: memberId,
    place: placeShape,
    ruleSet: oneOf(['uec-choice/1']),
    schema: oneOf(['uec-record/1']),
  },
  {
    ...results,
    adjusts: follows,
    calorific: oneOf(['gross', 'net']),
    evidence: object({ document: hash }, { fields: hash }),
    factors: list(hash, 1, 64),
    heatContent: object({ unit: oneOf(heatContentUnits), value: decimal }),
    noResult: oneOf(['flow', 'commodity']),
    replaces: hash,
    slices: list(
      object(
        { main: position },
        { ...results, end: date, energy: decimal, lossRate: position, residual: position, start: date },
      ),
      1,
      40,
    ),
    supersedes: follows,
  },
);
