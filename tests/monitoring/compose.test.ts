import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { COMPOSE_TARGETS } from '../../monitoring/source/prometheus.ts';
import { run } from '../../monitoring/source/promtool.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { dockerCompose } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

interface Service {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly command?: readonly string[];
  readonly user?: string;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly profiles?: readonly string[];
}
const FILE = join(ROOT, 'docker-compose.yml');
const file: { services: Record<string, Service> } = parse(readFileSync(FILE, 'utf8'), { merge: true });
const services = Object.entries(file.services);

test('the ports are the known ones, on this machine only', () => {
  expect(services.flatMap(([, { ports = [] }]) => ports)).toEqual([
    '127.0.0.1:9091:9091',
    '127.0.0.1:9092:9091',
    '127.0.0.1:9090:9090',
    '127.0.0.1:9093:9093',
    '127.0.0.1:3000:3000',
    '127.0.0.1:8428:8428',
  ]);
});

test.each(services)('%s is pinned, comes back, and says whether it is well', (_, service) => {
  expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
  expect(service.restart).toBe('unless-stopped');
  expect(service.healthcheck?.test[0]).toBe('CMD');
});

/** Services that run as root, each with its reason. */
const AS_ROOT: Readonly<Record<string, string>> = {
  'victoria-metrics':
    'a fresh volume belongs to root, and the image has no folder of another owner to make it from',
};

test('each service has a user other than root, or a reason, and then none of the powers of root', () => {
  const rooted = services.filter(([, { user }]) => user === undefined || /^(?:root|0)(?::|$)/.test(user));
  expect(rooted.map(([name]) => name)).toEqual(Object.keys(AS_ROOT));
  for (const [, { cap_drop, security_opt }] of rooted) {
    expect(cap_drop).toEqual(['ALL']);
    expect(security_opt).toEqual(['no-new-privileges:true']);
  }
});

test('gateways keep nothing on disk and check nothing', () => {
  for (const name of ['pushgateway', 'pushgateway-2']) {
    expect(file.services[name]?.command).toEqual(['--push.disable-consistency-check']);
  }
});

test('only VictoriaMetrics waits for its profile', () => {
  const waiting = services.filter(([, { profiles }]) => profiles !== undefined);
  expect(waiting.map(([name, { profiles }]) => [name, profiles])).toEqual([['victoria-metrics', ['scale']]]);
});

const SCALE = join(ROOT, 'monitoring', 'prometheus', 'prometheus-scale.yml');
const profiled = (args: string) => args.match(/--profile (\w+)/)?.[1];

test('what has the profile start has Prometheus write there, and what ends the stack ends it, too', async () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(profiled(scripts['stack:down'])).toBe('scale');
  const [, script = ''] = /^node (\S+)$/.exec(scripts['stack:scale']) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'fte-compose-'));
  try {
    const docker = join(folder, 'docker');
    await writeFile(docker, '#!/bin/sh\necho "$@, $PROMETHEUS_CONFIG"\nexit 3\n');
    await chmod(docker, 0o755);
    const PATH = `${folder}${delimiter}${process.env.PATH}`;
    const { ok, output } = await run(process.execPath, [join(ROOT, script)], { PATH });
    expect(output).toBe('compose --profile scale up -d --wait, prometheus-scale.yml\n');
    expect(ok).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [{ url }] = parse(readFileSync(SCALE, 'utf8')).remote_write;
  expect(new URL(url).host).toBe('victoria-metrics:8428');
});

test("each of Grafana's data sources is a service on its port; the dashboards begin with the one that always runs", () => {
  const folder = join(ROOT, 'monitoring', 'grafana', 'provisioning', 'datasources');
  const { datasources } = parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8'));
  const where = datasources.map(({ uid, url, isDefault }: Record<string, unknown>) => [uid, url, isDefault]);
  expect(where).toEqual([
    ['prometheus', 'http://prometheus:9090', true],
    ['victoria-metrics', 'http://victoria-metrics:8428', undefined],
  ]);
  for (const { url, type } of datasources) {
    const { hostname, port } = new URL(url);
    expect(file.services[hostname]?.ports?.join()).toContain(`:${port}:${port}`);
    expect(type).toBe('prometheus');
  }
});

test('Prometheus looks for services that are there', () => {
  const hosts = [...COMPOSE_TARGETS.gateways, ...COMPOSE_TARGETS.alertmanagers].map((to) => to.split(':')[0]);
  for (const host of hosts) expect(file.services).toHaveProperty([host ?? '']);
});

describeReal('docker-compose', () => {
  async function config(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    return run(dockerCompose(), ['-f', FILE, ...args], { PATH: process.env.PATH, ...env });
  }

  test('takes the file', async () => {
    expect(await config(['config', '--quiet'])).toEqual({ ok: true, output: '' });
  });

  test('Prometheus writes to VictoriaMetrics when it is told to, and only then', async () => {
    expect((await config(['config'])).output).toContain('/etc/fte/prometheus/prometheus.yml');
    const env = { PROMETHEUS_CONFIG: 'prometheus-scale.yml' };
    const { output } = await config(['--profile', 'scale', 'config'], env);
    expect(output).toContain('/etc/fte/prometheus/prometheus-scale.yml');
    expect(output).toContain('victoriametrics/victoria-metrics:');
  });

  test("Grafana's password is admin unless the environment says otherwise", async () => {
    expect((await config(['config'])).output).toContain('GF_SECURITY_ADMIN_PASSWORD: admin');
    const other = await config(['config'], { GF_SECURITY_ADMIN_PASSWORD: 'another' });
    expect(other.output).toContain('GF_SECURITY_ADMIN_PASSWORD: another');
  });
});
