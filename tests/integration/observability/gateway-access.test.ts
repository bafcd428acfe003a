import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadObservabilityConfig } from '../../../src/observability/config.ts';
import { createGatewayClient, type GatewayAccess } from '../../../src/observability/push/gateway.ts';
import { gatewayAuthorization } from '../../../src/platform/gateway-config.ts';
import { findExecutable } from '../../servers/executable.ts';
import { startServerProcess } from '../../servers/server-process.ts';
import { describeReal } from '../../servers/skipping.ts';

/** bcrypt of "test"; source: https://prometheus.io/docs/guides/basic-auth/ */
const PASSWORD_HASH = '$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay';
const LOCAL = { FTE_STAGE: 'local' };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function newCertificate(): { readonly folder: string; readonly pem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fte-tls-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const openssl = findExecutable({ command: 'openssl', debianPackage: 'openssl' });
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 -addext';
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const { status, stderr } = spawnSync(
    openssl,
    [...words.split(' '), 'subjectAltName=IP:127.0.0.1', ...files],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { folder, pem: readFileSync(join(folder, 'cert.pem'), 'utf8') };
}

/** The real Pushgateway behind TLS and a password. */
async function guardedGateway() {
  const { folder, pem } = newCertificate();
  const web = join(folder, 'web.yml');
  writeFileSync(
    web,
    `tls_server_config: { cert_file: ${folder}/cert.pem, key_file: ${folder}/key.pem }\nbasic_auth_users: { fte: ${PASSWORD_HASH} }\n`,
  );
  const file = findExecutable({ command: 'prometheus-pushgateway', debianPackage: 'prometheus-pushgateway' });
  const ask = createGatewayClient({ ca: pem });
  const started = await startServerProcess({
    file,
    readyPath: '/-/ready',
    args: (port) => [`--web.listen-address=127.0.0.1:${port}`, `--web.config.file=${web}`],
    // Whoever is not let in has been answered.
    ask: async (port) =>
      (await ask({ method: 'GET', url: `https://127.0.0.1:${port}/-/ready`, deadlineMs: 1_000 })).status ===
      401,
  });
  closers.push(() => started.close());
  return { url: started.url.replace('http:', 'https:'), pem, file: join(folder, 'cert.pem') };
}

describeReal('a gateway behind TLS and a password', () => {
  test('lets in who knows both; the authority comes as PEM or as a file', async () => {
    const { url, pem, file } = await guardedGateway();
    const authorization = gatewayAuthorization({
      ...LOCAL,
      FTE_GATEWAY_USER: 'fte',
      FTE_GATEWAY_PASSWORD: 'test',
    });
    const push = (access: GatewayAccess) =>
      createGatewayClient(access)({
        method: 'PUT',
        url: `${url}/metrics/job/a`,
        body: 'x 1\n',
        deadlineMs: 5_000,
      });
    for (const held of [pem, file]) {
      const ca = loadObservabilityConfig({ FTE_GATEWAY_CA: held }).gatewayCa;
      expect(await push({ authorization, ca })).toMatchObject({ outcome: 'success' });
    }
    expect(await push({ ca: pem })).toMatchObject({ outcome: 'rejected', status: 401, unanswered: false });
    const wrong = gatewayAuthorization({ ...LOCAL, FTE_GATEWAY_USER: 'fte', FTE_GATEWAY_PASSWORD: 'wrong' });
    expect(await push({ authorization: wrong, ca: pem })).toMatchObject({ outcome: 'rejected', status: 401 });
    // Nobody vouches for this one.
    const stranger = await push({ authorization });
    expect(stranger).toMatchObject({ outcome: 'refused', status: 0 });
    expect(stranger.body.toString()).toMatch(/self-signed|certificate/);
  });
});

/** Answers 401 until it is told another token. */
async function tokenGateway(token: string) {
  let valid = token;
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    request.resume();
    response.writeHead(request.headers.authorization === `Bearer ${valid}` ? 202 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics/job/a`;
  return { url, seen, replace: (other: string) => (valid = other) };
}

test('a token that was replaced is fetched again after the first refusal', async () => {
  const { url, replace, seen } = await tokenGateway('old');
  let stored = 'old';
  let held: string | undefined;
  const ask = createGatewayClient({
    authorization: async (refused) => {
      if (refused) held = undefined;
      held ??= stored;
      return `Bearer ${held}`;
    },
  });
  const push = async () => (await ask({ method: 'PUT', url, body: 'x 1\n', deadlineMs: 2_000 })).status;
  expect([await push(), await push()]).toEqual([202, 202]);
  replace('new');
  stored = 'new';
  expect([await push(), await push(), await push()]).toEqual([401, 202, 202]);
  expect(seen.at(-1)).toBe('Bearer new');
});

test.each([
  ['do not come', () => new Promise<string>(() => undefined), 'the credentials did not come in time'],
  ['can not be had', () => Promise.reject(new Error('no such parameter')), 'no such parameter'],
])(
  'credentials that %s cost no more than the deadline, and nothing is sent',
  async (_, authorization, reason) => {
    const { url, seen } = await tokenGateway('x');
    const answer = await createGatewayClient({ authorization })({
      method: 'PUT',
      url,
      body: 'x 1\n',
      deadlineMs: 50,
    });
    expect(answer).toMatchObject({ outcome: 'refused', unanswered: false });
    expect(answer.body.toString()).toBe(reason);
    expect(seen).toEqual([]);
  },
);

describe('what stands in the environment', () => {
  test('nothing: everybody is let in', () => expect(gatewayAuthorization({})).toBeUndefined());

  test('a token', async () => {
    const authorization = gatewayAuthorization({ ...LOCAL, FTE_GATEWAY_TOKEN: 'abc' });
    expect(await authorization?.(false)).toBe('Bearer abc');
  });

  test.each([
    [{ FTE_GATEWAY_USER: 'fte' }, 'FTE_GATEWAY_PASSWORD_PARAMETER is not set'],
    [{ ...LOCAL, FTE_GATEWAY_PASSWORD: 'x' }, 'FTE_GATEWAY_USER is not set'],
    [{ FTE_GATEWAY_USER: 'a:b' }, 'FTE_GATEWAY_USER holds "a:b"'],
    [{ ...LOCAL, FTE_GATEWAY_USER: 'a', FTE_GATEWAY_PASSWORD: 'x', FTE_GATEWAY_TOKEN: 't' }, 'nothing while'],
    [{ FTE_GATEWAY_TOKEN: 'secret' }, 'FTE_GATEWAY_TOKEN holds "[set]"'],
  ])('%j is refused', (env, message) => expect(() => gatewayAuthorization(env)).toThrow(message));

  test.each([
    [{ FTE_GATEWAY_CA: '/nowhere/at/all.pem' }, 'FTE_GATEWAY_CA holds "/nowhere/at/all.pem"'],
    [{ FTE_PUSH_POLICY: 'sometimes' }, '"every" (invocation), "adaptive", or seconds as in "5s"'],
    [{ FTE_SCRAPE_INTERVAL_S: '0' }, 'a whole number from 1 to 300'],
  ])('%j stops the start', (env, message) => expect(() => loadObservabilityConfig(env)).toThrow(message));

  test.each([
    [{}, 'every'],
    [{ FTE_PUSH_POLICY: 'adaptive' }, 'adaptive'],
    [{ FTE_PUSH_POLICY: '5s' }, { everyMs: 5_000 }],
  ])('%j: the policy is %j', (env, policy) =>
    expect(loadObservabilityConfig(env).pushPolicy).toEqual(policy),
  );
});
