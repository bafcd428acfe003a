import { gzipSync } from 'node:zlib';
import { renderText, TEXT_FORMAT } from '../../../src/observability/exposition.ts';
import type { Family } from '../../../src/observability/families.ts';
import { pushedIn } from './json.ts';
import { type Gateway, SUBJECTS, startSubject } from './subjects.ts';

const FAMILIES: readonly Family[] = [
  {
    name: 'app:requests_total',
    help: 'With a \\ backslash,\na line break and "quotes".',
    type: 'counter',
    series: [
      { labels: {}, value: 0 },
      { labels: { method: 'GET', route: '/a/{id}' }, value: 12_345_678 },
      { labels: { method: '', route: 'quote " slash \\ break \n tab \t ä🙂' }, value: 0.1 },
    ],
  },
  { name: 'app_depth', help: '', type: 'gauge', series: [{ labels: { queue: 'q' }, value: -1.5e-7 }] },
  {
    name: 'app_seconds',
    help: 'How long.',
    type: 'histogram',
    series: [
      { labels: { route: 'x' }, buckets: [[0.005, 1], [1, 2], [1_000_000, 5]], sum: 3.25, count: 7 },
      { labels: { route: 'y' }, buckets: [[0.005, 0], [1, 0], [1_000_000, 0]], sum: 0, count: 0 },
    ],
  },
  { name: 'app_bytes', help: 'How much.', type: 'summary', series: [{ labels: {}, sum: 1e21, count: 2 ** 53 }] },
]; // biome-ignore format: a table

describe.each(SUBJECTS)('$name', (subject) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startSubject(subject);
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.wipe());
  const pushed = async () => pushedIn((await gateway.groups())[0]);

  test('the JSON API gives every field of a rendered body back', async () => {
    expect(
      (await gateway.put('/metrics/job/a', renderText(FAMILIES), { 'content-type': TEXT_FORMAT })).status,
    ).toBe(200);
    const own = { instance: '', job: 'a' };
    const gauge = (value: string) => [{ labels: own, value }];
    expect(await gateway.groups()).toEqual([
      {
        labels: { job: 'a' },
        last_push_successful: true,
        push_time_seconds: {
          time_stamp: 'a time',
          type: 'GAUGE',
          help: 'Last Unix time when changing this group in the Pushgateway succeeded.',
          metrics: gauge('just now'),
        },
        push_failure_time_seconds: {
          time_stamp: 'a time',
          type: 'GAUGE',
          help: 'Last Unix time when changing this group in the Pushgateway failed.',
          metrics: gauge('0'),
        },
        'app:requests_total': {
          time_stamp: 'a time',
          type: 'COUNTER',
          help: 'With a \\ backslash,\na line break and "quotes".',
          metrics: [
            { labels: own, value: '0' },
            { labels: { ...own, method: 'GET', route: '/a/{id}' }, value: '1.2345678e+07' },
            {
              labels: { ...own, method: '', route: 'quote " slash \\ break \n tab \t ä🙂' },
              value: '0.1',
            },
          ],
        },
        app_depth: {
          time_stamp: 'a time',
          type: 'GAUGE',
          metrics: [{ labels: { ...own, queue: 'q' }, value: '-1.5e-07' }],
        },
        app_seconds: {
          time_stamp: 'a time',
          type: 'HISTOGRAM',
          help: 'How long.',
          metrics: [
            {
              labels: { ...own, route: 'x' },
              buckets: { '0.005': '1', '1': '2', '1e+06': '5', '+Inf': '7' },
              sum: '3.25',
              count: '7',
            },
            {
              labels: { ...own, route: 'y' },
              buckets: { '0.005': '0', '1': '0', '1e+06': '0', '+Inf': '0' },
              sum: '0',
              count: '0',
            },
          ],
        },
        app_bytes: {
          time_stamp: 'a time',
          type: 'SUMMARY',
          help: 'How much.',
          metrics: [{ labels: own, quantiles: {}, sum: '1e+21', count: '9007199254740992' }],
        },
      },
    ]);
  });

  test('untyped values, quantiles, and histograms that lack parts or contradict themselves', async () => {
    await gateway.put(
      '/metrics/job/a',
      [
        'bare 1',
        '# TYPE s summary',
        's{quantile="0.5"} 1',
        's{quantile="0.99"} 2.5',
        's_sum 9',
        's_count 4',
        '# TYPE h histogram',
        'h_bucket{le="5"} 2.9',
        'h_bucket{le="1"} 3',
        'h_bucket{le="NaN"} 8',
        'h_count{only="count"} 5',
        'h{only="nothing"} 5',
        'h_bucket{only="inf",le="+Inf"} 4',
        'h_count{only="inf"} -1',
        '',
      ].join('\n'),
    );
    const own = { instance: '', job: 'a' };
    const { bare, s, h } = await pushed();
    expect(bare).toEqual({ time_stamp: 'a time', type: 'UNTYPED', metrics: [{ labels: own, value: '1' }] });
    expect(s?.metrics).toEqual([
      { labels: own, quantiles: { '0.5': '1', '0.99': '2.5' }, sum: '9', count: '4' },
    ]);
    expect(h?.metrics).toEqual([
      { labels: own, buckets: { '1': '3', '5': '2' }, sum: '0', count: '0' },
      { labels: { ...own, only: 'count' }, buckets: {}, sum: '0', count: '5' },
      { labels: { ...own, only: 'nothing' }, buckets: {}, sum: '0', count: '0' },
      { labels: { ...own, only: 'inf' }, buckets: { '+Inf': '4' }, sum: '0', count: '18446744073709551615' },
    ]);
    const page = (await gateway.get('/metrics')).body
      .split('\n')
      .filter((line) => /^(# TYPE )?(bare|s|h)\b/.test(line) || /^[hs]_/.test(line))
      // How it writes this number is no part of the format.
      .map((line) => line.replace(' 1.8446744073709552e+19', ' 18446744073709552000'));
    expect(page.sort()).toEqual(
      [
        '# TYPE bare untyped',
        '# TYPE h histogram',
        '# TYPE s summary',
        'bare{instance="",job="a"} 1',
        'h_bucket{instance="",job="a",le="1"} 3',
        'h_bucket{instance="",job="a",le="5"} 2',
        'h_bucket{instance="",job="a",le="+Inf"} 0',
        'h_sum{instance="",job="a"} 0',
        'h_count{instance="",job="a"} 0',
        'h_bucket{instance="",job="a",only="count",le="+Inf"} 5',
        'h_sum{instance="",job="a",only="count"} 0',
        'h_count{instance="",job="a",only="count"} 5',
        'h_bucket{instance="",job="a",only="nothing",le="+Inf"} 0',
        'h_sum{instance="",job="a",only="nothing"} 0',
        'h_count{instance="",job="a",only="nothing"} 0',
        'h_bucket{instance="",job="a",only="inf",le="+Inf"} 4',
        'h_sum{instance="",job="a",only="inf"} 0',
        'h_count{instance="",job="a",only="inf"} 18446744073709552000',
        's{instance="",job="a",quantile="0.5"} 1',
        's{instance="",job="a",quantile="0.99"} 2.5',
        's_sum{instance="",job="a"} 9',
        's_count{instance="",job="a"} 4',
      ].sort(),
    );
  });

  test('samples with times are refused, and the failure is noted on the group', async () => {
    await gateway.put('/metrics/job/a', 'x 1\n');
    expect(await gateway.put('/metrics/job/a', 'x 2\ny 2 1700000000000\n')).toMatchObject({
      status: 400,
      body: 'pushed metrics are invalid or inconsistent with existing metrics: pushed metrics must not have timestamps\n',
    });
    const [group] = await gateway.groups();
    expect(group).toMatchObject({
      last_push_successful: false,
      push_time_seconds: { metrics: [{ value: 'just now' }] },
      push_failure_time_seconds: { metrics: [{ value: 'just now' }] },
    });
    expect(Object.keys(pushedIn(group))).toEqual(['x']);

    await gateway.put('/metrics/job/a', 'y 1\n');
    expect((await gateway.groups())[0]).toMatchObject({
      last_push_successful: true,
      push_failure_time_seconds: { metrics: [{ value: 'just now' }] },
    });
  });

  test('gzip', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await gateway.put('/metrics/job/a', gzipSync('zipped 1\n'), headers)).status).toBe(200);
    expect(Object.keys(await pushed())).toEqual(['zipped']);
    expect((await gateway.put('/metrics/job/a', 'x 1\n', headers)).status).toBe(400);
    expect((await gateway.put('/metrics/job/a', '', headers)).status).toBe(400);
    expect((await gateway.put('/metrics/job/a', 'x 1\n', { 'content-encoding': 'identity' })).status).toBe(
      200,
    );
  });

  test.each(['application/json', 'text/plain; version=1.0.0', 'no type', ''])(
    'a body of type %j is read as text',
    async (type) => {
      expect((await gateway.put('/metrics/job/a', 'x 1\n', { 'content-type': type })).status).toBe(200);
    },
  );

  test('GET /metrics is one page over all groups', async () => {
    await gateway.put('/metrics/job/a', '# HELP x Some "x"\\n.\n# TYPE x counter\nx{a="\\"\\\\\\n"} 1\n');
    await gateway.put('/metrics/job/b', '# HELP x Some "x"\\n.\n# TYPE x counter\nx 2\n');
    const { status, headers, body } = await gateway.get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(TEXT_FORMAT);
    expect(
      body
        .split('\n')
        .filter((line) => /^(# \w+ )?x\b/.test(line))
        .sort(),
    ).toEqual([
      '# HELP x Some "x"\\n.',
      '# TYPE x counter',
      'x{a="\\"\\\\\\n",instance="",job="a"} 1',
      'x{instance="",job="b"} 2',
    ]);
    expect(body).toContain('\npush_failure_time_seconds{instance="",job="b"} 0\n');
  });
});
