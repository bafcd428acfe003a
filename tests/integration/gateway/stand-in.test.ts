import { gzipSync } from 'node:zlib';
import { startGateway } from '../../../local/gateway/server.ts';
import { freePort } from '../../servers/free-port.ts';
import { ask } from './ask.ts';
import { type Gateway, STAND_IN, startSubject } from './subjects.ts';

/** What the stand-in does better than the real one, or beside it. */

const MIB = 1024 * 1024;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startSubject(STAND_IN);
});
afterAll(() => gateway.close());
beforeEach(() => gateway.wipe());

test('listens where it was told to, and leaves the port free', async () => {
  const port = await freePort();
  const started = await startGateway({ port });
  expect(started).toMatchObject({ port, url: `http://127.0.0.1:${port}` });
  expect((await ask('GET', started.url, '/-/ready')).status).toBe(200);
  await started.close();
  const again = await startGateway({ port });
  await again.close();
});

test('a port in use is the error of Node itself', async () => {
  const { port } = new URL(gateway.url);
  await expect(startGateway({ port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('close does not wait for clients that keep their sockets open', async () => {
  const started = await startGateway({ port: 0 });
  await (await fetch(`${started.url}/metrics`)).text();
  await started.close();
});

test('two gateways share nothing', async () => {
  const other = await startSubject(STAND_IN);
  await gateway.put('/metrics/job/a');
  expect(await other.groups()).toEqual([]);
  await other.close();
});

test('a body up to 16 MiB is taken, a larger one is 413, packed or not, and the gateway lives on', async () => {
  const comment = (bytes: number) => Buffer.from(`#${' '.repeat(bytes - 2)}\n`);
  expect((await gateway.put('/metrics/job/a', comment(16 * MIB))).status).toBe(200);
  expect((await gateway.put('/metrics/job/a', comment(16 * MIB + 1))).status).toBe(413);
  expect((await gateway.put('/metrics/job/a', comment(40 * MIB))).status).toBe(413);
  const packed = gzipSync(comment(17 * MIB));
  expect((await gateway.put('/metrics/job/a', packed, { 'content-encoding': 'gzip' })).status).toBe(413);
  expect((await gateway.put('/metrics/job/a')).status).toBe(200);
});

test('gzip that is cut off is refused', async () => {
  const packed = gzipSync('x 1\n');
  const headers = { 'content-encoding': 'gzip' };
  expect((await gateway.put('/metrics/job/a', packed.subarray(0, -8), headers)).status).toBe(400);
  expect(await gateway.groups()).toEqual([]);
});

// The real 1.5.1 answers no request to a job in base64 any more after this one.
test('a job that is not base64 is refused, and the next push is not', async () => {
  const reply = await gateway.put('/metrics/job@base64/!');
  expect(reply).toMatchObject({
    status: 400,
    body: expect.stringMatching(/^invalid base64 encoding in job name/),
  });
  expect((await gateway.put('/metrics/job@base64/YQ')).status).toBe(200);
});

// The real one keeps a mark of the failure that makes it refuse every push until that group is deleted.
test.each([
  ['a value that is not UTF-8', '/metrics/job/a/c@base64/_-8'],
  ['an empty instance', '/metrics/job/a/instance/'],
])('a group refused for %s is in nobody’s way', async (_, path) => {
  await gateway.put('/metrics/job/a', 'x 1\n');
  expect((await gateway.put(path, 'x 1\n')).status).toBe(400);
  expect((await gateway.groups()).map(({ labels }) => labels)).toEqual([{ job: 'a' }]);
  expect((await gateway.put('/metrics/job/b')).status).toBe(200);
});

test('OPTIONS says what is allowed', async () => {
  expect(await gateway.send('OPTIONS', '/metrics/job/a')).toMatchObject({
    status: 200,
    headers: { allow: 'DELETE, OPTIONS, POST, PUT' },
  });
});

test('wiping is served only when asked for', async () => {
  const started = await startGateway({ port: 0 });
  expect((await ask('PUT', started.url, '/api/v1/admin/wipe')).status).toBe(404);
  await started.close();
});
