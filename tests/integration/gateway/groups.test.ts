import { groupPath } from '../../../src/observability/push/gateway.ts';
import { pushedIn } from './json.ts';
import { type Gateway, SUBJECTS, startSubject } from './subjects.ts';

describe.each(SUBJECTS)('$name', (subject) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startSubject(subject);
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.wipe());

  const keys = async () => (await gateway.groups()).map((group) => group.labels);
  const names = async (index = 0) => Object.keys(pushedIn((await gateway.groups())[index])).sort();

  test('holds nothing at first', async () => {
    expect(await gateway.get('/api/v1/metrics')).toMatchObject({
      status: 200,
      body: '{"status":"success","data":[]}',
    });
  });

  test('PUT replaces the whole group, POST only the families of the same names', async () => {
    expect(await gateway.put('/metrics/job/a', 'one 1\ntwo 2\n')).toMatchObject({ status: 200, body: '' });
    expect(await names()).toEqual(['one', 'two']);

    expect((await gateway.post('/metrics/job/a', 'two{new="yes"} 3\nthree 3\n')).status).toBe(200);
    expect(await names()).toEqual(['one', 'three', 'two']);
    expect(pushedIn((await gateway.groups())[0]).two?.metrics).toEqual([
      { labels: { instance: '', job: 'a', new: 'yes' }, value: '3' },
    ]);

    expect((await gateway.put('/metrics/job/a', 'four 4\n')).status).toBe(200);
    expect(await names()).toEqual(['four']);
  });

  test('an empty body empties the group and keeps it', async () => {
    await gateway.put('/metrics/job/a', 'one 1\n');
    expect((await gateway.put('/metrics/job/a', '')).status).toBe(200);
    expect(await keys()).toEqual([{ job: 'a' }]);
    expect(await names()).toEqual([]);
  });

  test('DELETE takes one group away, is 202 for one that never was, and leaves the others', async () => {
    await gateway.put('/metrics/job/a/zone/x');
    await gateway.put('/metrics/job/a');
    expect(await gateway.remove('/metrics/job/a/zone/x')).toMatchObject({ status: 202, body: '' });
    expect(await gateway.remove('/metrics/job/never')).toMatchObject({ status: 202 });
    // A deletion is queued; a push waits for its turn and so comes after it.
    await gateway.put('/metrics/job/b');
    expect(await keys()).toEqual([{ job: 'a' }, { job: 'b' }]);
  });

  test('the order of labels in the path does not matter, each set of them is a group', async () => {
    await gateway.put('/metrics/job/a/x/1/y/2', 'one 1\n');
    await gateway.put('/metrics/job/a/y/2/x/1', 'two 1\n');
    await gateway.put('/metrics/job/a/x/1', 'three 1\n');
    expect(await keys()).toEqual([
      { job: 'a', x: '1', y: '2' },
      { job: 'a', x: '1' },
    ]);
    expect(await names()).toEqual(['two']);
  });

  test('the group’s labels win over those of the series, which get an instance if only an empty one', async () => {
    await gateway.put(
      '/metrics/job/a/zone/x',
      'one{job="mine",zone="mine",own="o"} 1\ntwo{instance="i"} 1\n',
    );
    const { one, two } = pushedIn((await gateway.groups())[0]);
    expect(one?.metrics[0]?.labels).toEqual({ instance: '', job: 'a', own: 'o', zone: 'x' });
    expect(two?.metrics[0]?.labels).toEqual({ instance: 'i', job: 'a', zone: 'x' });
  });

  test.each([
    ['percent-encoded', '/metrics/job/a/c/x%20y+z%3F%23', { job: 'a', c: 'x y+z?#' }],
    ['unicode, encoded', '/metrics/job/a/c/%C3%A4%F0%9F%99%82', { job: 'a', c: 'ä🙂' }],
    ['a line break', '/metrics/job/a%0Ab', { job: 'a\nb' }],
    ['quotes', '/metrics/job/a/c/%22%27%5C', { job: 'a', c: '"\'\\' }],
    ['a dot within', '/metrics/job/a.b/c/..d', { job: 'a.b', c: '..d' }],
    ['a query', '/metrics/job/a?c=d', { job: 'a' }],
    ['an empty value at the end', '/metrics/job/a/c/', { job: 'a', c: '' }],
    ['a slash at the end', '/metrics/job/a/', { job: 'a' }],
    ['a second job', '/metrics/job/a/job/b', { job: 'a' }],
    ['a label twice', '/metrics/job/a/c/1/c/2', { job: 'a', c: '2' }],
    ['an encoded slash parts like any', '/metrics/job/a%2Fb/c', { job: 'a', b: 'c' }],
    ['an encoded @', '/metrics/job%40base64/YQ', { job: 'a' }],
    ['base64', '/metrics/job@base64/YS9i/c@base64/eC95', { job: 'a/b', c: 'x/y' }],
    ['base64, padded', '/metrics/job@base64/YQ==/c@base64/eA==', { job: 'a', c: 'x' }],
    ['base64 for URLs', '/metrics/job/a/c@base64/Pz8_Pj4-', { job: 'a', c: '???>>>' }],
    ['base64 with bits to spare', '/metrics/job/a/c@base64/YR', { job: 'a', c: 'a' }],
    ['base64 of nothing', '/metrics/job/a/c@base64/=', { job: 'a', c: '' }],
    ['base64 of nothing at all', '/metrics/job/a/c@base64/', { job: 'a', c: '' }],
    ['a job named base64', '/metrics/job/@base64', { job: '@base64' }],
  ])('names a group by %s', async (_, path, labels) => {
    expect((await gateway.put(path)).status).toBe(200);
    expect(await keys()).toEqual([labels]);
    expect((await gateway.remove(path)).status).toBe(202);
    await gateway.put('/metrics/job/other');
    expect(await keys()).toEqual([{ job: 'other' }]);
  });

  test.each(['plain', 'a/b', '', 'ä🙂', '"\\\n', '//', 'a b', '%2F', '@base64', '='])(
    'groupPath brings the value %j here',
    async (value) => {
      expect((await gateway.put(groupPath('a', { label: value }))).status).toBe(200);
      expect(await keys()).toEqual([{ job: 'a', label: value }]);
    },
  );

  test.each([
    ['an odd number of parts', '/metrics/job/a/b', 'odd number of components in label string "/b"\n'],
    ['an odd number, later', '/metrics/job/a/b/c/d', 'odd number of components in label string "/b/c/d"\n'],
    ['a name that is none', '/metrics/job/a/1c/d', 'improper label name "1c"\n'],
    ['a reserved name', '/metrics/job/a/__c/d', 'improper label name "__c"\n'],
    ['the suffix twice', '/metrics/job/a/c@base64@base64/YQ', 'improper label name "c@base64"\n'],
    [
      'base64 of the other alphabet',
      '/metrics/job/a/c@base64/a+b',
      /^invalid base64 encoding for label c="a\+b": /,
    ],
    ['base64 cut off', '/metrics/job/a/c@base64/Y', /^invalid base64 encoding for label c="Y": /],
    ['no job', '/metrics/job@base64/=', 'job name is required\n'],
    ['no percent-encoding', '/metrics/job/a/c/%zz', /^400 Bad Request/],
  ])('refuses %s with 400', async (_, path, text) => {
    for (const reply of [
      await gateway.put(path),
      await gateway.post(path, 'x 1\n'),
      await gateway.remove(path),
    ]) {
      expect(reply.status).toBe(400);
      expect(reply.body).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
    }
    expect(await keys()).toEqual([]);
  });

  test('refuses a value that is not UTF-8', async () => {
    expect((await gateway.put('/metrics/job/a/c/%ff')).status).toBe(400);
    await gateway.wipe();
    expect((await gateway.put('/metrics/job/a/c@base64/_-8')).status).toBe(400);
    await gateway.wipe();
    expect((await gateway.put('/metrics/job/a')).status).toBe(200);
  });

  test.each([
    ['/metrics/job/a//c/d', '/metrics/job/a/c/d'],
    ['/metrics/job/a/./d', '/metrics/job/a/d'],
    ['/metrics/job/a/x/../d', '/metrics/job/a/d'],
    ['/metrics/job/a/c/%2F', '/metrics/job/a/c/'],
    ['//metrics', '/metrics'],
  ])('%s is elsewhere', async (path, location) => {
    expect(await gateway.put(path)).toMatchObject({ status: 301, headers: { location } });
    expect(await keys()).toEqual([]);
  });

  test.each([
    '/nope',
    '/metrics/job',
    '/metrics/jobs/a',
    '/metrics/group/a',
    '/metrics/job@base64/',
    '/api/v1/nope',
  ])('%s is nowhere', async (path) => {
    expect(await gateway.put(path)).toMatchObject({ status: 404, body: '404 page not found\n' });
  });

  test.each([
    ['GET', '/metrics/job/a', 'DELETE, OPTIONS, POST, PUT'],
    ['PATCH', '/metrics/job/a/b/c', 'DELETE, OPTIONS, POST, PUT'],
    ['GET', '/metrics/job/a/odd', 'DELETE, OPTIONS, POST, PUT'],
    ['PUT', '/metrics', 'GET, OPTIONS'],
    ['DELETE', '/metrics', 'GET, OPTIONS'],
    ['POST', '/api/v1/metrics', 'GET, OPTIONS'],
    ['PUT', '/-/ready', 'GET, OPTIONS'],
    ['HEAD', '/-/healthy', 'GET, OPTIONS'],
    ['POST', '/', 'GET, OPTIONS'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    expect(await gateway.send(method, path)).toMatchObject({ status: 405, headers: { allow } });
  });

  test.each(['/-/ready', '/-/healthy'])('GET %s', async (path) => {
    expect(await gateway.get(path)).toMatchObject({ status: 200, body: 'OK' });
  });

  test('GET / is a page', async () => {
    expect((await gateway.get('/')).status).toBe(200);
  });

  test('many pushes at once: each group ends as one of its pushes, none is lost', async () => {
    const pushes = Array.from({ length: 60 }, (_, index) => ({ group: index % 12, value: index }));
    const replies = await Promise.all(
      pushes.map(({ group, value }) =>
        gateway.put(`/metrics/job/many/instance/${group}`, `a ${value}\nb ${value}\n`),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(pushes.map(() => 200));
    const groups = await gateway.groups();
    expect(groups).toHaveLength(12);
    for (const group of groups) {
      const { a, b } = pushedIn(group);
      const held = Number(a?.metrics[0]?.value);
      expect(b?.metrics[0]?.value).toBe(String(held));
      expect(pushes[held]?.group).toBe(Number(group.labels.instance));
    }
  });
});
