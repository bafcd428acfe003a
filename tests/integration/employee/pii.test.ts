/** The short form of `npm run soak:pii`: nothing of a customer's in what the service writes, whatever fails. */
import { identities } from '../../soak/pii-identities.ts';
import { runPii } from '../../soak/pii-run.ts';
import { Search } from '../../soak/pii-search.ts';

test('40 planted identities, all channels, everything failing now and then: none is found', async () => {
  const report = await runPii({ identities: 40, seed: 3 });
  for (const { place, findings } of report.searched)
    expect({ place, findings }).toEqual({ place, findings: [] });
  // A search that finds nothing anywhere proves nothing.
  expect(new Set(Object.values(report.control))).toEqual(new Set([40]));
  const [logs, , metrics, refusals, thrown] = report.searched;
  expect(report.levels.get('DEBUG')).toBeGreaterThan(0);
  expect(report.levels.get('ERROR')).toBeGreaterThan(0);
  expect(logs?.pieces).toBeGreaterThan(200);
  expect(metrics?.pieces).toBeGreaterThan(50);
  expect(refusals?.pieces).toBeGreaterThan(40);
  expect(thrown?.pieces).toBeGreaterThan(0);
  for (const kind of ['model', 'Twilio', 'SES', 'the team', 'queue', 'S3'])
    expect([...report.faults.keys()].filter((fault) => fault.startsWith(kind))).not.toEqual([]);
  expect(report.replies).toBeGreaterThan(10);
});

test('what is searched for is found: as it is, in groups, encoded, stuck to letters', () => {
  const [who] = identities(1, 1);
  if (who === undefined) throw new Error('nobody');
  const search = new Search([who]);
  const parts = (text: string) => new Set(search.in(text).map(({ part }) => part));
  expect(parts(JSON.stringify({ error: who.text }))).toEqual(
    new Set(['name', 'e-mail', 'phone', 'card', 'iban', 'address', 'text']),
  );
  expect(parts(encodeURIComponent(who.text)).size).toBe(7);
  expect(parts(Buffer.from(who.text).toString('base64')).size).toBe(7);
  expect(parts(`x${who.name.toUpperCase().replace(' ', '_')}y`)).toEqual(new Set(['name']));
  expect(parts(who.phone.replace(/(...)/g, '$1-'))).toEqual(new Set(['phone']));
  expect(parts('nothing of anybody: 2026-11-24T10:00:00.000Z tkt_0123')).toEqual(new Set());
});
