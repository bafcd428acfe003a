import { until } from '../../running/until.ts';
import { pushedIn } from './json.ts';
import { type Gateway, SUBJECTS, startSubject } from './subjects.ts';

const REFUSED = 'pushed metrics are invalid or inconsistent with existing metrics: ';

describe.each(SUBJECTS)('$name', (subject) => {
  describe('with the check', () => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await startSubject(subject);
    });
    afterAll(() => gateway.close());
    beforeEach(() => gateway.wipe());

    test.each([
      ['another type', '# TYPE x counter\nx 1\n', '# TYPE x gauge\nx 1\n'],
      ['another type by default', '# TYPE x counter\nx 1\n', 'x 1\n'],
      ['a histogram’s count', '# TYPE x histogram\nx_count 1\n', '# TYPE x_count counter\nx_count 1\n'],
      ['a histogram’s bucket', '# TYPE x histogram\nx_count 1\n', 'x_bucket 1\n'],
      ['a summary’s sum', '# TYPE x summary\nx_count 1\n', 'x_sum 1\n'],
      ['a histogram over a bucket', 'x_bucket 1\n', '# TYPE x histogram\nx_sum 1\n'],
      ['a summary over a count', 'x_count 1\n', '# TYPE x summary\nx_sum 1\n'],
    ])('refuses %s', async (_, first, second) => {
      expect((await gateway.put('/metrics/job/a', first)).status).toBe(200);
      const reply = await gateway.put('/metrics/job/b', second);
      expect(reply).toMatchObject({ status: 400, body: expect.stringContaining(REFUSED) });
      const [a, b] = await gateway.groups();
      expect(a).toMatchObject({ labels: { job: 'a' }, last_push_successful: true });
      expect(b).toMatchObject({
        labels: { job: 'b' },
        last_push_successful: false,
        push_time_seconds: { metrics: [{ value: '0' }] },
        push_failure_time_seconds: { metrics: [{ value: 'just now' }] },
      });
      expect(pushedIn(b)).toEqual({});
    });

    test.each([
      ['a series twice', 'x{a="1"} 1\nx{a="1"} 2\n'],
      ['a series twice once the group’s label is on it', 'x{job="one"} 1\nx{job="two"} 2\n'],
      ['a reserved label', 'x{__a="1"} 1\n'],
      ['a histogram and its count', 'x_count 1\n# TYPE x histogram\nx_sum 1\n'],
    ])('refuses %s within one push', async (_, body) => {
      await gateway.put('/metrics/job/a', 'before 1\n');
      expect(await gateway.put('/metrics/job/a', body)).toMatchObject({
        status: 400,
        body: expect.stringContaining(REFUSED),
      });
      expect(Object.keys(pushedIn((await gateway.groups())[0]))).toEqual(['before']);
    });

    test('refuses a series that stands in another group, by labels of its own', async () => {
      await gateway.put('/metrics/job/a', 'x{zone="z"} 1\n');
      expect((await gateway.put('/metrics/job/a/zone/z', 'x 1\n')).status).toBe(400);
      expect((await gateway.put('/metrics/job/a/zone/y', 'x 1\n')).status).toBe(200);
    });

    test('refuses a summary under a grouping label named quantile', async () => {
      expect((await gateway.put('/metrics/job/a/quantile/1', '# TYPE x summary\nx_sum 1\n')).status).toBe(
        400,
      );
      expect((await gateway.put('/metrics/job/a/le/1', '# TYPE x histogram\nx_sum 1\n')).status).toBe(200);
    });

    test('refuses a group that differs by an empty instance only', async () => {
      expect((await gateway.put('/metrics/job/a')).status).toBe(200);
      expect((await gateway.put('/metrics/job/a/instance/')).status).toBe(400);
    });

    test.each([
      ['other help', '# HELP x one\n# TYPE x gauge\nx 1\n', '# HELP x two\n# TYPE x gauge\nx 1\n'],
      ['a bucket beside a summary', '# TYPE x summary\nx_sum 1\n', 'x_bucket 1\n'],
      ['the same series in another group', 'x{a="b"} 1\n', 'x{a="b"} 1\n'],
      ['push_time_seconds, which it writes itself', 'x 1\n', 'push_time_seconds 5\n'],
    ])('accepts %s', async (_, first, second) => {
      expect((await gateway.put('/metrics/job/a', first)).status).toBe(200);
      expect((await gateway.put('/metrics/job/b', second)).status).toBe(200);
    });

    test('a group may change its types with a PUT, and with a POST as well', async () => {
      await gateway.put('/metrics/job/a', '# TYPE x counter\nx 1\ny 1\n');
      expect((await gateway.put('/metrics/job/a', '# TYPE x gauge\nx 1\ny 1\n')).status).toBe(200);
      expect((await gateway.post('/metrics/job/a', '# TYPE x histogram\nx_sum 1\n')).status).toBe(200);
      expect((await gateway.post('/metrics/job/a', 'x_count 1\n')).status).toBe(400);
      expect((await gateway.put('/metrics/job/a', 'x_count 1\n')).status).toBe(200);
    });

    test('a deleted group is in nobody’s way', async () => {
      await gateway.put('/metrics/job/a', '# TYPE x counter\nx 1\n');
      await gateway.remove('/metrics/job/a');
      expect((await gateway.put('/metrics/job/b', '# TYPE x gauge\nx 1\n')).status).toBe(200);
    });
  });

  describe('without the check', () => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await startSubject(subject, false);
    });
    afterAll(() => gateway.close());
    beforeEach(() => gateway.wipe());

    // A push is answered before it is applied.
    const settled = (count: number) =>
      until(`${count} groups`, async () => {
        const groups = await gateway.groups();
        return groups.length === count && groups;
      });

    test('answers 202, and 400 to what it can’t read', async () => {
      expect(await gateway.put('/metrics/job/a')).toMatchObject({ status: 202, body: '' });
      expect((await gateway.post('/metrics/job/b', 'x 1\n')).status).toBe(202);
      expect((await gateway.put('/metrics/job/c', 'x\n')).status).toBe(400);
      expect((await gateway.remove('/metrics/job/d')).status).toBe(202);
      await settled(2);
    });

    test('one contradiction and no page is served, but JSON is', async () => {
      expect((await gateway.put('/metrics/job/a', '# TYPE x counter\nx 1\n')).status).toBe(202);
      expect((await gateway.put('/metrics/job/b', '# TYPE x gauge\nx 1\n')).status).toBe(202);
      await settled(2);
      const page = await gateway.get('/metrics');
      expect(page.status).toBe(500);
      expect(page.body).toContain('An error has occurred while serving metrics:\n\n');

      await gateway.remove('/metrics/job/b');
      await settled(1);
      expect((await gateway.get('/metrics')).status).toBe(200);
    });

    test('samples with times are answered 202 and dropped', async () => {
      expect((await gateway.put('/metrics/job/a', 'x 1 5\n')).status).toBe(202);
      const [group] = await settled(1);
      expect(group).toMatchObject({
        last_push_successful: false,
        push_failure_time_seconds: { metrics: [{ value: 'just now' }] },
      });
      expect(pushedIn(group)).toEqual({});
    });
  });
});
