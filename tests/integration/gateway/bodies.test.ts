import { gzipSync } from 'node:zlib';
import { renderText, TEXT_FORMAT } from '../../../src/observability/exposition.ts';
import type { Family } from '../../../src/observability/families.ts';
import { readInbox } from '../../../src/observability/fleet/inbox.ts';
import { groupPath } from '../../../src/observability/push/gateway.ts';
import { INSTANCE_JOB } from '../../../src/observability/push/pusher.ts';
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

const values = (gateway: Gateway) => async () => pushedIn((await gateway.groups())[0]);

describe.each(SUBJECTS)('$name', (subject) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startSubject(subject);
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.wipe());
  const pushed = () => values(gateway)();

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

  test('an instance’s entry comes back as it was rendered', async () => {
    await gateway.put(groupPath(INSTANCE_JOB, { instance: 'i/1' }), renderText(FAMILIES));
    const { entries } = await readInbox(gateway.url);
    expect([...entries.keys()]).toEqual(['i/1']);
    const byName = (families: readonly Family[] = []) =>
      [...families].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(entries.get('i/1'))).toEqual(byName(FAMILIES));
  });

  test('numbers are written as Go does', async () => {
    const numbers = {
      '0': '0', '-0': '-0', '+1': '1', '.5': '0.5', '5.': '5', '100000': '100000', '999999': '999999',
      '1000000': '1e+06', '1234567': '1.234567e+06', '0.0001': '0.0001', '0.00001': '1e-05', '1e400': undefined,
      '1e-400': '0', '5e-324': '5e-324', '1.7976931348623157e308': '1.7976931348623157e+308', NaN: 'NaN', nan: 'NaN',
      '+Inf': '+Inf', inf: '+Inf', '-infinity': '-Inf', '+nan': undefined, '0x1p3': undefined, '1_0': undefined,
      '1d': undefined, '': undefined,
    }; // biome-ignore format: a table
    for (const [text, back] of Object.entries(numbers)) {
      const { status, body } = await gateway.put('/metrics/job/a', `# comment\nx ${text}\n`);
      expect([text, status]).toEqual([text, back === undefined ? 400 : 200]);
      if (back === undefined)
        expect(body).toBe(
          `text format parsing error in line 2: expected float as value, got ${JSON.stringify(text)}\n`,
        );
      else expect((await pushed()).x?.metrics[0]?.value).toBe(back);
    }
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

  test.each([
    ['no line end', 'x 1', 1, 'unexpected end of input stream'],
    ['cut within a label', 'y 1\nx{a="b', 2, 'unexpected end of input stream'],
    ['cut within a comment', '# HELP x', 1, 'unexpected end of input stream'],
    ['no value', 'x\n', 1, 'expected float as value, got ""'],
    ['Windows line ends', 'x 1\r\n', 1, 'expected float as value, got "1\\r"'],
    ['a blank at the end', 'x 1 \n', 1, 'expected integer as timestamp, got ""'],
    ['a fraction of a time', 'x 1 2.5\n', 1, 'expected integer as timestamp, got "2.5"'],
    ['a time beyond 64 bits', 'x 1 9223372036854775808\n', 1, 'expected integer as timestamp, got "9223372036854775808"'],
    ['more after a time', 'x 1 2 3\n', 1, 'spurious string after timestamp: " 3"'],
    ['a name that is none', '\n\n1x 1\n', 3, 'invalid metric name'],
    ['a name in unicode', 'é 1\n', 1, 'invalid metric name'],
    ['no name', '{a="b"} 1\n', 1, 'invalid metric name'],
    ['two lines in one', 'x{a="b"} 1 y 2\n', 1, 'expected integer as timestamp, got "y"'],
    ['a comma alone', 'x{,} 1\n', 1, 'invalid label name for metric "x"'],
    ['no comma', 'x{a="b" c="d"} 1\n', 1, 'unexpected end of label value "b"'],
    ['no label value', 'x{a} 1\n', 1, "expected '=' after label name, found '}'"],
    ['no quotes', 'x{a=b} 1\n', 1, `expected '"' at start of label value, found 'b'`],
    ['a line break in a value', 'x{a="b\n"} 1\n', 1, 'label value "b" contains unescaped new-line'],
    ['an unknown escape', 'x{a="\\t"} 1\n', 1, "invalid escape sequence '\\t'"],
    ['a label twice', 'x{a="1",a="1"} 1\n', 1, 'duplicate label names for metric "x"'],
    ['the reserved label', 'x{__name__="y"} 1\n', 1, 'label name "__name__" is reserved'],
    ['a bucket that is none', '# TYPE x histogram\nx_bucket{le="b"} 1\n', 2, `expected float as value for 'le' label, got "b"`],
    ['a quantile that is none', '# TYPE x summary\nx{quantile=""} 1\n', 2, `expected float as value for 'quantile' label, got ""`],
    ['an unknown type', '# TYPE x count\nx 1\n', 1, 'unknown metric type "count"'],
    ['a blank after the type', '# TYPE x counter \nx 1\n', 1, 'unknown metric type "counter "'],
    ['a second type', '# TYPE x gauge\n# TYPE x gauge\n', 2, 'second TYPE line for metric name "x", or TYPE reported after samples'],
    ['a type after samples', 'x 1\n# TYPE x gauge\n', 2, 'second TYPE line for metric name "x", or TYPE reported after samples'],
    ['a second help', '# HELP x a\n# HELP x a\n', 2, 'second HELP line for metric name "x"'],
    ['a comment’s name that is none', '# TYPE x-y gauge\n', 1, 'invalid metric name in comment'],
  ])('refuses %s with 400 and the line', async (_, body, line, reason) => {
    expect(await gateway.put('/metrics/job/a', body)).toMatchObject({
      status: 400,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `text format parsing error in line ${line}: ${reason}\n`,
    });
    expect(await gateway.groups()).toEqual([]);
  }); // biome-ignore format: a table

  test('refuses label values that are not UTF-8', async () => {
    const body = Buffer.from([...Buffer.from('x{a="'), 0xff, ...Buffer.from('"} 1\n')]);
    const reply = await gateway.put('/metrics/job/a', body);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatch(/^text format parsing error in line 1: invalid label value /);
  });

  test.each([
    ['blanks everywhere', '  \t\n x\t{ a = "b" , }\t1\n', { a: 'b' }],
    ['no blank', 'x{a="b"}1\n', { a: 'b' }],
    ['a sign for a blank', 'x+1\n', {}],
    ['an empty set', 'x{} 1\n', {}],
    ['comments', '#\n# a comment\n# HELP\n#HELP y is no help\n# TYPE x\nx 1\n', {}],
    ['a type in capitals', '# TYPE x UnTyped\nx 1\n', {}],
    ['blanks at the very end', 'x 1\n\t ', {}],
    ['escapes', 'x{a="\\\\\\"\\n"} 1\n', { a: '\\"\n' }],
    ['le where there is no histogram', 'x{le="b"} 1\n', { le: 'b' }],
  ])('accepts %s', async (_, body, labels) => {
    expect((await gateway.put('/metrics/job/a', body)).status).toBe(200);
    expect(await pushed()).toEqual({
      x: {
        time_stamp: 'a time',
        type: 'UNTYPED',
        metrics: [{ labels: { instance: '', job: 'a', ...labels }, value: '1' }],
      },
    });
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
