// npm run costs: what a month on AWS costs, from its invocations.
import { parseArgs } from 'node:util';
import { CUSTOM_METRICS, customMetricsUsd, monthlyCosts, USAGE, type Usage } from '../deploy/costs.ts';

const NUMBERS = {
  memory: ['memoryMb', 'MB of each function'],
  duration: ['durationMs', 'billed ms of an invocation without its push'],
  push: ['pushMs', 'billed ms that a push after the response adds'],
  'push-share': ['pushShare', 'pushes an invocation, from 0 to 1'],
  'log-bytes': ['logBytes', 'bytes of log an invocation'],
  monitoring: ['monitoringUsd', 'US dollars a month for the machine of Prometheus, gateways and Grafana'],
} as const satisfies Readonly<Record<string, readonly [keyof Usage, string]>>;

const HELP = `npm run costs [-- options]

  --millions LIST   invocations a month, in millions, with commas (default 1,10,100)
${Object.entries(NUMBERS)
  .map(([option, [key, what]]) => `  --${`${option} N`.padEnd(16)}${what} (default ${USAGE[key]})`)
  .join('\n')}
  --help            this text

List prices in US dollars (deploy/costs.ts names them), without free tier, tax, mails, WhatsApp and the model.
`;

/** The table as Markdown: a row an item, a column a number of invocations, the formula last. */
export function costTable(millions: readonly number[], usage: Usage = USAGE): string {
  const months = millions.map((million) => monthlyCosts({ ...usage, invocations: million * 1e6 }));
  const dollars = (usd: number) => (usd < 10 ? usd.toFixed(2) : String(Math.round(usd)));
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const totals = months.map((costs) => costs.reduce((sum, { usd }) => sum + usd, 0));
  return [
    row(['US dollars a month', ...millions.map((million) => `${million} M invocations`), 'how']),
    row(['---', ...millions.map(() => '--:'), '---']),
    ...(months[0] ?? []).map(({ item, formula }, i) =>
      row([item, ...months.map((costs) => dollars(costs[i]?.usd ?? 0)), formula]),
    ),
    row(['**in all**', ...totals.map((usd) => `**${dollars(usd)}**`), '']),
    row([
      'a million invocations',
      ...totals.map((usd, i) => dollars(usd / (millions[i] ?? 1))),
      'in all ÷ millions',
    ]),
  ].join('\n');
}

function numberOf(option: string, text: string, most = Number.POSITIVE_INFINITY): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value > most)
    throw new Error(`--${option} is "${text}"; it may be a number from 0${most === 1 ? ' to 1' : ' on'}`);
  return value;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      millions: { type: 'string', default: '1,10,100' },
      ...Object.fromEntries(Object.keys(NUMBERS).map((option) => [option, { type: 'string' as const }])),
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const given: Readonly<Record<string, string | boolean | undefined>> = values;
  const changes = Object.entries(NUMBERS).flatMap(([option, [key]]) => {
    const text = given[option];
    return text === undefined
      ? []
      : [[key, numberOf(option, String(text), key === 'pushShare' ? 1 : undefined)]];
  });
  const millions = String(given.millions)
    .split(',')
    .map((text) => numberOf('millions', text));
  process.stdout.write(`${costTable(millions, { ...USAGE, ...Object.fromEntries(changes) })}\n\n`);
  process.stdout.write(
    `The same ${CUSTOM_METRICS} metrics as custom ones of CloudWatch: ${customMetricsUsd().toFixed(0)} US dollars a month.\n`,
  );
}

if (process.argv[1] === import.meta.filename) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}
