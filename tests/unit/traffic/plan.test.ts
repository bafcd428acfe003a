import { FOLLOW_UPS, OPENINGS } from '../../../traffic/openings.ts';
import { FAULTS, planTraffic, ROADS, type Step } from '../../../traffic/plan.ts';
import { senderOf } from '../../../traffic/requests.ts';

const OPTIONS = { messages: 120, rate: 5, seed: 1 };
const KINDS = ['opening', 'follow_up', 'rating', 'duplicate', 'malformed', 'automatic', 'status'];
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);

test('the same seed gives the same plan, another one another', () => {
  expect(planTraffic(OPTIONS)).toEqual(planTraffic(OPTIONS));
  expect(planTraffic({ ...OPTIONS, seed: 2 })).not.toEqual(planTraffic(OPTIONS));
});

test.each(SEEDS)(
  'seed %d: as many steps as asked for, in order, over every road and of every kind',
  (seed) => {
    const plan = planTraffic({ ...OPTIONS, seed });
    expect(plan).toHaveLength(OPTIONS.messages);
    expect(plan.map(({ at }) => at)).toEqual(plan.map(({ at }) => at).sort((a, b) => a - b));
    expect(plan.at(-1)?.at).toBeLessThanOrEqual((OPTIONS.messages * 1000) / OPTIONS.rate);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    for (const road of ROADS) {
      expect(plan.filter((step) => step.kind === 'opening' && step.road === road).length).toBeGreaterThan(5);
    }
  },
);

test('a long plan has every opening, every further message and every fault', () => {
  const plan = planTraffic({ ...OPTIONS, messages: 2000 });
  const of = <K extends Step['kind']>(kind: K) =>
    plan.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);
  expect(new Set(of('opening').map(({ opening }) => opening))).toEqual(new Set(OPENINGS));
  expect(new Set(of('follow_up').map(({ text }) => text))).toEqual(new Set(FOLLOW_UPS));
  const faults = ROADS.flatMap((road) => FAULTS[road].map((fault) => `${road} ${fault}`));
  expect(new Set(of('malformed').map(({ wrong }) => `${wrong.road} ${wrong.fault}`))).toEqual(
    new Set(faults),
  );
});

test('every step that builds on another comes after it', () => {
  const told = new Map<number, number>();
  for (const step of planTraffic({ ...OPTIONS, messages: 1000 })) {
    const before = told.get(step.conversation) ?? 0;
    if (step.kind === 'opening') expect(before).toBe(0);
    if (step.kind === 'duplicate') expect(step.of).toBeLessThan(before);
    if (step.kind === 'status') expect(step.of).toBeLessThan(before);
    if (step.kind === 'follow_up' || step.kind === 'rating') expect(before).toBeGreaterThan(0);
    if (step.kind === 'opening' || step.kind === 'follow_up') told.set(step.conversation, before + 1);
  }
});

test.each([0.5, 5, 100, 1000])('at a rate of %d nobody sends more than 5 messages a minute', (rate) => {
  const senders = new Map<string, number[]>();
  for (const { road, conversation, at, kind } of planTraffic({ messages: 2000, rate, seed: 7 })) {
    if (kind === 'rating' || kind === 'status') continue;
    const { address } = senderOf(road, conversation, 1_790_000_000_000);
    senders.set(address, [...(senders.get(address) ?? []), ...(kind === 'duplicate' ? [] : [at])]);
  }
  for (const times of senders.values()) {
    for (const time of times) {
      expect(times.filter((other) => other >= time && other - time < 60_000).length).toBeLessThanOrEqual(5);
    }
  }
});

test('there are at least 60 different openings, each fit for where it is sent', () => {
  expect(new Set(OPENINGS.map(({ text }) => text)).size).toBeGreaterThanOrEqual(60);
  expect(new Set(OPENINGS.map(({ text }) => text)).size).toBe(OPENINGS.length);
  for (const { places, subject, text } of OPENINGS.filter((one) => one.places.includes('form'))) {
    expect({ places, subject: subject.trim().length >= 5, text: text.trim().length >= 10 }).toMatchObject({
      subject: true,
      text: true,
    });
    expect(text.length).toBeLessThanOrEqual(5000);
  }
});
