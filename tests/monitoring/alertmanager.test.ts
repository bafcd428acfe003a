import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RECEIVERS } from '../../monitoring/source/alertmanager.ts';
import { allAlerts } from '../../monitoring/source/groups.ts';
import { run } from '../../monitoring/source/promtool.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { until } from '../running/until.ts';
import { startAlertmanager } from '../servers/alertmanager.ts';
import { amtool } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

const START = join(ROOT, 'monitoring', 'alertmanager', 'start.sh');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fte-alertmanager-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What `start.sh` makes of an environment: the configuration's file, and what it says. */
async function started(env: Record<string, string>) {
  const file = join(folder, 'alertmanager.yml');
  const { ok, output } = await run('sh', [START], {
    ...env,
    PATH: process.env.PATH,
    ALERTMANAGER: 'true',
    ALERTMANAGER_CONFIG: file,
  });
  expect({ ok, output }).toMatchObject({ ok: true });
  return { file, output };
}
const written = async (env: Record<string, string>) => (await started(env)).file;

const EVERYTHING = {
  FTE_ALERT_WEBHOOK_URL: 'http://127.0.0.1:1/hook?a=1&b=$HOME',
  FTE_ALERT_SLACK_URL: 'https://slack.test/services/x',
  FTE_ALERT_EMAIL_TO: "o'neill@example.com",
  FTE_ALERT_EMAIL_FROM: 'alerts@example.com',
  FTE_ALERT_SMTP_HOST: 'mail.example.com:587',
  FTE_ALERT_SMTP_USER: 'user',
  FTE_ALERT_SMTP_PASSWORD: `it's "quoted": #1 \\ %s`,
  FTE_ALERT_WATCHDOG_URL: 'http://127.0.0.1:1/watchdog',
};

test('what the environment says stands in the receivers to the letter', async () => {
  const config = parse(await readFile(await written(EVERYTHING), 'utf8'));
  const [pager, team, board, watchdog] = config.receivers;
  expect(pager).toMatchObject({
    name: 'pager',
    webhook_configs: [{ url: EVERYTHING.FTE_ALERT_WEBHOOK_URL, send_resolved: true }],
    slack_configs: [{ api_url: EVERYTHING.FTE_ALERT_SLACK_URL, channel: '#customer-success' }],
    email_configs: [
      {
        to: EVERYTHING.FTE_ALERT_EMAIL_TO,
        smarthost: 'mail.example.com:587',
        auth_password: EVERYTHING.FTE_ALERT_SMTP_PASSWORD,
      },
    ],
  });
  expect({ ...team, name: 'pager' }).toEqual(pager);
  expect(board).toEqual({ name: 'board' });
  expect(watchdog.webhook_configs).toEqual([
    { url: EVERYTHING.FTE_ALERT_WATCHDOG_URL, send_resolved: false },
  ]);
});

const NOBODY =
  'WARNING: nobody is told of any alert: set FTE_ALERT_WEBHOOK_URL, FTE_ALERT_SLACK_URL or FTE_ALERT_EMAIL_TO\n';
test.each<[string, Record<string, string>, string]>([
  ['nothing', {}, NOBODY],
  ['empty variables, as the compose file hands them on', { FTE_ALERT_WEBHOOK_URL: '', FTE_ALERT_SLACK_URL: '', FTE_ALERT_EMAIL_TO: '' }, NOBODY],
  ["the dead man's switch alone", { FTE_ALERT_WATCHDOG_URL: EVERYTHING.FTE_ALERT_WATCHDOG_URL }, NOBODY],
  ['a webhook', { FTE_ALERT_WEBHOOK_URL: EVERYTHING.FTE_ALERT_WEBHOOK_URL }, ''],
  ['Slack', { FTE_ALERT_SLACK_URL: EVERYTHING.FTE_ALERT_SLACK_URL }, ''],
  ['e-mail', { FTE_ALERT_EMAIL_TO: EVERYTHING.FTE_ALERT_EMAIL_TO }, ''],
  ['everything', EVERYTHING, ''],
])('the start says whether anybody is told: %s', async (_, env, said) => {
  const { file, output } = await started(env);
  expect(output).toBe(said);
  const [pager] = parse(await readFile(file, 'utf8')).receivers;
  expect(Object.keys(pager).length === 1).toBe(said !== '');
}); // biome-ignore format: a table

describeReal('amtool', () => {
  test.each([
    ['nothing', {}],
    ['a webhook', { FTE_ALERT_WEBHOOK_URL: EVERYTHING.FTE_ALERT_WEBHOOK_URL }],
    ['Slack', { FTE_ALERT_SLACK_URL: EVERYTHING.FTE_ALERT_SLACK_URL }],
    ['e-mail', { FTE_ALERT_EMAIL_TO: 'a@example.com' }],
    ['everything', EVERYTHING],
  ])('takes the configuration of an environment with %s', async (_, env) => {
    const { ok, output } = await run(amtool(), ['check-config', await written(env)]);
    expect(ok ? '' : output).toBe('');
  });

  test('refuses one that is broken', async () => {
    const { ok } = await run(amtool(), ['check-config', START]);
    expect(ok).toBe(false);
  });

  test.each([...new Set(allAlerts().map(({ alert, severity }) => `${alert} ${severity}`))])(
    '%s goes to the receiver of its severity',
    async (alert) => {
      const [name = '', severity = ''] = alert.split(' ');
      const config = await written({});
      const { output } = await run(amtool(), [
        'config', 'routes', 'test', `--config.file=${config}`, `alertname=${name}`, `severity=${severity}`,
      ]); // biome-ignore format: short
      // A warning about its own flags may stand above.
      expect(output.trim().split('\n').at(-1)).toBe(RECEIVERS[severity as keyof typeof RECEIVERS].receiver);
    },
  );

  test('a severity that nobody foresaw wakes somebody', async () => {
    const { output } = await run(amtool(), [
      'config', 'routes', 'test', `--config.file=${await written({})}`, 'severity=unheard-of',
    ]); // biome-ignore format: short
    expect(output.trim().split('\n').at(-1)).toBe('pager');
  });
});

describeReal('what follows from another matter is silent', () => {
  type Labels = Readonly<Record<string, string>>;
  const NOTHING = { alertname: 'ServiceDown', severity: 'critical', job: 'fte' };
  const GATEWAY = { alertname: 'GatewayDown', severity: 'critical', job: 'pushgateway', instance: 'a:9091' };
  const DATABASE = { ...NOTHING, dependency: 'database' };
  const CONNECTIVITY = { alertname: 'DatabaseConnectivityIssue', severity: 'critical' };
  const named = (alertname: string, severity = 'warning'): Labels => ({ alertname, severity });
  /** Comes last: once the warning is silenced, everything before it has been seen. */
  const LAST = [named('Last', 'critical'), named('Last')];

  test.each<[string, readonly Labels[], readonly Labels[]]>([
    ['nothing is published', [NOTHING], [named('FoldStale'), named('PushesStopped', 'critical'), named('ChannelSilent'), named('DeadLettersUnknown')]],
    ['one gateway is down', [GATEWAY, { ...NOTHING, instance: 'a:9091' }, named('PushesStopped', 'critical'), named('ChannelSilent')], [named('FoldStale')]],
    ['the database is not reached', [{ ...CONNECTIVITY, dependency: 'database' }], [DATABASE]],
    ['many calls of the database fail: of the check there is an end of its own', [CONNECTIVITY, DATABASE], []],
    ['the same is critical and a warning', [named('HighEscalationRate', 'critical')], [named('HighEscalationRate')]],
  ])('%s', async (_, told, silent) => {
    const alertmanager = await startAlertmanager({ webhookUrl: 'http://127.0.0.1:1' });
    try {
      const url = `${alertmanager.url}/api/v2/alerts`;
      const body = JSON.stringify([...told, ...silent, ...LAST].map((labels) => ({ labels })));
      const headers = { 'content-type': 'application/json' };
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
      const silenced = await until('a state of each', async () => {
        const alerts = (await (await fetch(url)).json()) as { labels: Labels; status: { state: string } }[];
        const labels = alerts.filter(({ status }) => status.state === 'suppressed').map((alert) => alert.labels);
        const last = labels.findIndex(({ alertname }) => alertname === 'Last');
        return last >= 0 && labels.toSpliced(last, 1);
      });
      expect(silenced).toHaveLength(silent.length);
      expect(silenced).toEqual(expect.arrayContaining([...silent]));
    } finally {
      await alertmanager.close();
    }
  }); // biome-ignore format: a table
});
