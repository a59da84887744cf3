import type { GwpSet } from './factor.ts';
import { type Ratio, ratio } from './ratio.ts';

/**
 * Global warming potentials over 100 years, CO2 = 1. AR4: IPCC 2007, WG1 table 2.14. AR5: IPCC 2013, WG1 table 8.A.1, without
 * climate-carbon feedback. AR6: IPCC 2021, WG1 table 7.SM.7, the value for CH4 that is neither fossil nor non-fossil alone.
 */
export const gwp: Readonly<Record<GwpSet, { readonly ch4: Ratio; readonly n2o: Ratio }>> = {
  AR4: { ch4: ratio(25), n2o: ratio(298) },
  AR5: { ch4: ratio(28), n2o: ratio(265) },
  AR6: { ch4: ratio(279, 10), n2o: ratio(273) },
};

export const gwpSets: readonly GwpSet[] = ['AR4', 'AR5', 'AR6'];
