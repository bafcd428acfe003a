/**
 * The storm, small: instances die with what they had not pushed, acknowledgements and pushes get lost or late, gateways
 * stand still and come back empty, the fleet handler is killed and doubled. `npm run bench:exactness` is the large one.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFaults } from '../../../bench/exactness/faults.ts';
import { summary, wrongIncreases } from '../../../bench/exactness/report.ts';
import { runStorm, SOURCE } from '../../../bench/exactness/storm.ts';
import { SHORT } from '../../../bench/exactness/tempo.ts';
import { describeReal } from '../../servers/skipping.ts';

/** The storm itself takes 7 s; the rest is for a machine that has other things to do. */
const PATIENCE_MS = 240_000;

describeReal('a storm over two real gateways and Prometheus', () => {
  test(
    'no scrape breaks a bound, and the end is what reached a gateway, to the unit',
    async () => {
      const result = await runStorm({
        seed: 20,
        seconds: 7,
        instances: 24,
        hosts: 2,
        inboxes: 2,
        faults: parseFaults('acks,drops,late,redirects,freeze,hosts,stop,kill,fleet,two,publish,schemas'),
        tempo: SHORT,
        folder: await mkdtemp(join(tmpdir(), 'fte-storm-')),
        source: SOURCE,
      });

      const { verdict, mismatches } = result;
      expect(verdict.violations).toEqual([]);
      expect(mismatches).toEqual([]);
      expect(wrongIncreases(result)).toEqual([]);
      for (const { reached, published } of verdict.end) expect(published ?? 0).toBe(reached);
      // It was a storm: there was something to lose, and things went wrong.
      const { metrics, happened, fleet } = summary(result);
      expect(metrics[0]?.reached).toBeGreaterThan(0);
      expect(Object.keys(happened).length).toBeGreaterThan(0);
      expect(fleet.fte_fleet_regressions_total).toBe(0);
      expect(fleet.fte_fleet_quarantined_total).toBe(0);
    },
    PATIENCE_MS,
  );
});
