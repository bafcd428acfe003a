// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, fte } from './case.ts';

const inbound = (channel: string, values: string, labels: Record<string, string> = {}) =>
  fte('fte_customer_interactions_total', { channel, direction: 'inbound', status: 'success', ...labels }, values);

/** Minutes, of a week's. */
const STEP = 10;
const WEEK = 10_080;
/** A week of so many messages a step, then of so many others. */
function afterAWeek(perStep: number, before = 10): string {
  const steps = WEEK / STEP;
  return `0+${before}x${steps} ${before * steps + perStep}+${perStep}x30`;
}
/** What is no message of a customer's, or none that came in: ten times as much as there is of those. */
const noise = [inbound('email', afterAWeek(100, 100), { direction: 'outbound' }), inbound('email', afterAWeek(100, 100), { status: 'duplicate' })];
/** Busy in the first five hours, with so many in each hour; then nothing for the rest of the week. */
function thenNothing(perHour: readonly number[], hours = 5): string {
  const steps = Array.from({ length: hours * perHour.length }, (_, i) => perHour[i % perHour.length] ?? 0);
  let total = 0;
  const values = steps.map((step) => {
    total += step;
    return total;
  });
  return `0 ${values.join(' ')} ${total}x${WEEK / STEP + 30 - steps.length}`;
}
const TEN_AN_HOUR = [2, 2, 2, 2, 2, 0];
const NINE_AN_HOUR = [2, 2, 2, 1, 1, 1];
const quiet = casesOf('ChannelSilent', undefined, STEP);

export const silenceCases: readonly Case[] = [
  quiet.fires('nothing where there was one a minute', [inbound('email', afterAWeek(0)), inbound('whatsapp', afterAWeek(10)), ...noise], WEEK + 70, { channel: 'email' }),
  quiet.fires('a twentieth, less a little', [inbound('email', afterAWeek(0.48)), ...noise], WEEK + 70, { channel: 'email' }),
  quiet.silent('a tenth of last week', [inbound('email', afterAWeek(1)), ...noise], WEEK + 120),
  quiet.silent('nine messages in each hour of last week', [inbound('email', thenNothing(NINE_AN_HOUR)), ...noise], WEEK + 150),
  quiet.fires('ten in each hour are enough', [inbound('email', thenNothing(TEN_AN_HOUR)), ...noise], WEEK + 60, { channel: 'email' }),
  quiet.edge('a twentieth of last week', [inbound('email', afterAWeek(0.5)), ...noise], WEEK + 150),
];
