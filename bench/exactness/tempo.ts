/** The rules' times, in milliseconds: what is minutes and hours in earnest is seconds here, in the same order of size. */
export interface Tempo {
  readonly fold: number;
  readonly scrape: number;
  readonly budget: number;
  readonly breakerOpen: number;
  readonly lease: number;
  /** After so long a silence an instance takes another id. */
  readonly forgotten: number;
  readonly retire: number;
  readonly forget: number;
  readonly grace: number;
  readonly publishWithin: number;
  readonly debut: number;
  /** The longest that a gateway stands still. With the budget it must fit between lease and retirement. */
  readonly stall: number;
}

export const STORM: Tempo = {
  fold: 700,
  scrape: 1000,
  budget: 300,
  breakerOpen: 700,
  lease: 2_500,
  forgotten: 14_000,
  retire: 8_000,
  forget: 20_000,
  grace: 3_000,
  publishWithin: 1_500,
  debut: 5_000,
  stall: 2_500,
};

/** For a run of some seconds. */
export const SHORT: Tempo = {
  ...STORM,
  fold: 300,
  scrape: 500,
  breakerOpen: 300,
  lease: 800,
  forgotten: 6_000,
  retire: 4_500,
  forget: 6_000,
  grace: 1_200,
  publishWithin: 600,
  debut: 1_500,
  stall: 800,
};
