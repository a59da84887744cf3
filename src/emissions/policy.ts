/** Which publishers a channel trusts, in order, and how old a factor may be. Set by the steward; every member reads the same. */
export interface Policy {
  /** Name and version of the choice rule; recorded on every result. */
  readonly ruleSet: 'uec-choice/1';
  /** Publishers in order by country; `*` serves the countries not named. */
  readonly publishers: Readonly<Record<string, readonly string[]>>;
  /** Most years that a grid or fuel factor may be older than the slice. */
  readonly vintageLimit: number;
  /** Most years that a residual mix may be older than the slice. */
  readonly residualVintageLimit: number;
}

/** EPA for the US, DESNZ for GB, CEA for India, EEA for its countries; residual mixes of Green-e and AIB; Ember last, everywhere. */
export const defaultPolicy: Policy = {
  ruleSet: 'uec-choice/1',
  publishers: {
    US: ['us-epa', 'green-e', 'ember'],
    GB: ['desnz', 'aib', 'ember'],
    IN: ['cea', 'ember'],
    '*': ['eea', 'aib', 'ember'],
  },
  vintageLimit: 5,
  residualVintageLimit: 2,
};

/** Publishers trusted for a country, in order. */
export function publishersFor(policy: Policy, country: string): readonly string[] {
  return (Object.hasOwn(policy.publishers, country) ? policy.publishers[country] : policy.publishers['*']) ?? [];
}
