import fc from 'fast-check';
import { parseText } from '../../../local/gateway/parse-text.ts';
import type { PushedFamily } from '../../../local/gateway/pushed.ts';
import { renderText } from '../../../src/observability/exposition.ts';
import { groupPath } from '../../../src/observability/push/gateway.ts';
import { describeReal } from '../../servers/skipping.ts';
import { families, mangled } from './arbitrary.ts';
import { type Gateway, REAL, STAND_IN, startSubject } from './subjects.ts';

/** What the real one says about itself. */
const OWN = /^(go|process|promhttp|pushgateway)_/;
const TIME = /_time_seconds$/;

/** The same ones each time, unless more are asked for. */
const RUNS = Number(process.env.FTE_PROPERTY_RUNS ?? 100);
const SEEDED = process.env.FTE_PROPERTY_RUNS === undefined ? { seed: 1 } : {};
/** A run takes milliseconds; a failure takes some hundred of them to be made small. */
const SHRINKING_MS = 120_000;

/**
 * A page as families with their series in one order: how pages are sorted and numbers written may differ. Of several
 * help texts for one name the real one shows any.
 */
function readPage(body: string) {
  const { families } = parseText(Buffer.from(body));
  const sorted = (family: PushedFamily) =>
    family.series
      .map((one) => JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
      .sort();
  return [...families.values()]
    .filter(({ name }) => !OWN.test(name))
    .map((family) => ({
      ...family,
      help: undefined,
      series: TIME.test(family.name) ? family.series.length : sorted(family),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A parser's error but for what it quotes: Go and JavaScript escape differently. */
const reason = (body = '') => (body.startsWith('text format') ? body.replace(/["'].*$/s, '') : '');

type Verb = 'put' | 'post' | 'remove';
interface Step {
  readonly verb: Verb;
  readonly path: string;
  readonly body: string;
}

const path = fc.constantFrom(
  '/metrics/job/a',
  '/metrics/job/b',
  '/metrics/job/a/zone/x',
  '/metrics/job/a/instance/i',
  groupPath('a/b', { instance: 'ä "quoted"\n', zone: '' }),
);
const steps = (body: fc.Arbitrary<string>): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ verb: fc.constantFrom<Verb>('put', 'put', 'post', 'remove'), path, body }), {
    minLength: 1,
    maxLength: 8,
  });

const run = (gateway: Gateway, { verb, path: where, body }: Step) =>
  verb === 'remove' ? gateway.remove(where) : gateway[verb](where, body);

describeReal('the stand-in and the real Pushgateway', () => {
  let both: readonly [Gateway, Gateway];
  beforeAll(async () => {
    both = [await startSubject(STAND_IN), await startSubject(REAL)];
  });
  afterAll(() => Promise.all(both.map((gateway) => gateway.close())));

  async function compare(done: readonly Step[]): Promise<void> {
    await Promise.all(both.map((gateway) => gateway.wipe()));
    // The last push waits for the deletions before it.
    for (const step of [...done, { verb: 'put', path: '/metrics/job/last', body: '' } as const]) {
      const [ours, theirs] = await Promise.all(both.map((gateway) => run(gateway, step)));
      expect(ours?.status).toBe(theirs?.status);
      expect(reason(ours?.body)).toBe(reason(theirs?.body));
    }
    const [ours, theirs] = await Promise.all(both.map((gateway) => gateway.groups()));
    expect(ours).toEqual(theirs);
    const [page, theirPage] = await Promise.all(both.map((gateway) => gateway.get('/metrics')));
    expect(readPage(page?.body ?? '')).toEqual(readPage(theirPage?.body ?? ''));
  }

  test(
    'hold the same after the same pushes and deletions, whatever these are',
    async () => {
      await fc.assert(fc.asyncProperty(steps(families.map(renderText)), compare), {
        ...SEEDED,
        numRuns: RUNS,
      });
    },
    SHRINKING_MS,
  );

  test(
    'find the same faults in the same lines of broken bodies',
    async () => {
      await fc.assert(fc.asyncProperty(steps(mangled(families.map(renderText))), compare), {
        ...SEEDED,
        numRuns: RUNS,
      });
    },
    SHRINKING_MS,
  );
});
