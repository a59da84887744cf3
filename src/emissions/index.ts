export {
  type Activity,
  type Flow,
  flows,
  type HeatContent,
  heatContentUnits,
  type ReadBasis,
  readBases,
  type StatedEnd,
  statedEnds,
} from './activity.ts';
export {
  type Calculation,
  type CalculationInput,
  calculate,
  type Emissions,
  type Losses,
  type MarketEmissions,
  type SliceResult,
} from './calculation.ts';
export { canonical, type Json, parseCanonical } from './canonical.ts';
export { hmacSha256, isPublicKey, keyIdOf, sha256, sha256Bytes, verifySignature } from './crypto.ts';
export { defined } from './defined.ts';
export {
  type Energy,
  type EnergyRate,
  type EnergyUnit,
  energyOf,
  energyRateOf,
  energyUnitOf,
  parseQuantity,
} from './energy.ts';
export { ChannelError, type ErrorDetails, type ErrorReport, isChannelError } from './error.ts';
export { type ErrorCode, type ErrorKind, errorCodes } from './error-codes.ts';
export { figureOf } from './exact-sum.ts';
export type { Candidate } from './factor.ts';
export {
  type Commodity,
  commodities,
  type FactorMethod,
  type FactorRow,
  type FactorUnit,
  type FactorValue,
  factorMethods,
  factorUnits,
  type GwpSet,
  type ProvenRow,
  type ReleaseManifest,
  type ReleaseRef,
  type StatedGwpSet,
} from './factor.ts';
export { ageOf, type ChoiceQuery, type ChosenSlice, chooseFactors, methodsFor } from './factor-choice.ts';
export { checkFactorRow } from './factor-shape.ts';
export { gwp, gwpSets } from './gwp.ts';
export { lossRate } from './losses.ts';
export { type Claim, type MarketResult, type MarketTier, marketBased, marketTiers } from './market.ts';
export { inclusionPath, inclusionPaths, leafHash, merkleRoot, verifyInclusion } from './merkle.ts';
export {
  cutSpan,
  type DaySpan,
  formatDate,
  halfOpenPeriod,
  monthCuts,
  monthOf,
  nextMonthStart,
  parseDate,
  parseSpan,
  shareByDays,
  yearCuts,
  yearOf,
  yearStart,
} from './period.ts';
export { checkPlace, type Place, placeChain, placeName, samePlace } from './place.ts';
export { defaultPolicy, type Policy, publishersFor } from './policy.ts';
export {
  type FigureSource,
  type Rates,
  type RatesInput,
  type ResidualState,
  ratesOf,
  type SliceRows,
} from './rates.ts';
export {
  add,
  compare,
  divide,
  formatExact,
  formatRounded,
  formatUnits,
  isCanonicalDecimal,
  multiply,
  ONE,
  parseDecimal,
  pow10,
  type Ratio,
  ratio,
  reduced,
  roundUnits,
  subtract,
  ZERO,
} from './ratio.ts';
export { type GwpChoice, type RowFigures, rowFigures, shownFactor } from './row-figures.ts';
export {
  conversion,
  type Dimension,
  dimensionOf,
  isUnitName,
  parseUnit,
  type UnitName,
  unitNames,
  unitSource,
} from './unit.ts';
export { validityOf } from './validity.ts';
