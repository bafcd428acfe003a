// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, fte } from './case.ts';

const inbound = (channel: string, values: string, labels: Record<string, string> = {}) =>
  fte('fte_customer_interactions_total', { channel, direction: 'inbound', status: 'success', ...labels }, values);

/** Minutes between samples and between evaluations: a week of minutes takes promtool long. */
export const STEP = 10;
const WEEK = 10_080;
/** A week of so many messages a step, then of so many others. */
function afterAWeek(perStep: number, before = 10): string {
  const steps = WEEK / STEP;
  return `0+${before}x${steps} ${before * steps + perStep}+${perStep}x30`;
}
const noise = [inbound('email', afterAWeek(10), { direction: 'outbound' }), inbound('email', afterAWeek(10), { status: 'duplicate' })];
const quiet = casesOf('ChannelSilent');

export const silenceCases: readonly Case[] = [
  quiet.fires('nothing where there was one a minute', [inbound('email', afterAWeek(0)), inbound('whatsapp', afterAWeek(10)), ...noise], WEEK + 70, { channel: 'email' }),
  quiet.silent('a tenth of last week', [inbound('email', afterAWeek(1))], WEEK + 120),
  quiet.silent('nine messages last week', [inbound('email', afterAWeek(0, 1.5))], WEEK + 120),
  quiet.fires('ten messages last week are enough', [inbound('email', afterAWeek(0, 2))], WEEK + 70, { channel: 'email' }),
  quiet.edge('a twentieth of last week', [inbound('email', afterAWeek(0.5))], WEEK + 150),
];
