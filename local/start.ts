import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadObservabilityConfig } from '../src/observability/config.ts';
import { ConfigError } from '../src/observability/errors.ts';
import { claimHome } from './home.ts';
import { freePort, isTaken } from './ports.ts';
import { EXIT_CONFIG, localSettings } from './settings.ts';

const HELP = `npm start [-- options]

Runs the employee on this machine: every function under serverless-offline, with stand-ins for DynamoDB, SQS, S3 and
the Pushgateway inside the same process. Needs no account, no Docker and no network.

  --port N           port of the API (default 8000)
  --gateway-port N   port of the embedded Pushgateway stand-in (default 9191)
  --lambda-port N    port at which functions can be invoked directly (default 3002, or any free one)
  --keep             keep the data in .local/data between starts (npm run reset removes it)
  --json, --pretty   how log lines look (default: pretty in a terminal, JSON when piped)
  --help             this text

Variables: PUSHGATEWAY_URL (push there instead), LOG_LEVEL, FTE_DEBUG_SAMPLE, FTE_PUSH_BUDGET_MS,
FTE_OPERATOR_KEY_HASHES, FTE_NOTIFY_WEBHOOK_URL, FTE_LOCAL_VISIBILITY_S (seconds until an unhandled message comes back, default 30).
`;

/** Who asks again after this many milliseconds means it. */
const IMPATIENT_MS = 500;

const root = join(import.meta.dirname, '..');

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '8000' },
        'gateway-port': { type: 'string', default: '9191' },
        'lambda-port': { type: 'string' },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        pretty: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return stop(`${(error as Error).message}\n\n${HELP}`);
  }
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    stop(`--${option} is "${text}"; it may be a port from 1 to 65535.`);
  return port;
}

async function requireFree(port: number, what: string, option: string): Promise<void> {
  if (await isTaken(port)) {
    stop(
      `Port ${port}, for ${what}, is in use. End what listens there, or start with: npm start -- --${option} ${port + 1}`,
    );
  }
}

/** The lines that say what went wrong, out of all that the framework prints. */
function isTrouble(line: string): boolean {
  return /^local: |error|✖|Exception/i.test(line) && !/^\(λ:/.test(line);
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const port = portOf('port', options.port);
const gatewayPort = portOf('gateway-port', options['gateway-port']);
const LAMBDA_PORT = 3002;
const lambdaPort =
  options['lambda-port'] === undefined ? undefined : portOf('lambda-port', options['lambda-port']);

const env: NodeJS.ProcessEnv = {
  ...process.env,
  // Everything here shares the cores, the gateway too; a push that is given up would be missing until its instance is
  // called again.
  FTE_PUSH_BUDGET_MS: process.env.FTE_PUSH_BUDGET_MS ?? '2000',
  FTE_LOCAL_KEEP: String(options.keep),
  FTE_LOCAL_GATEWAY_PORT: String(gatewayPort),
  FTE_LOCAL_LOG_FORMAT: options.json ? 'json' : options.pretty ? 'pretty' : 'auto',
  SLS_NOTIFICATIONS_MODE: 'off',
  SLS_TELEMETRY_DISABLED: '1',
};

function readSettings() {
  try {
    loadObservabilityConfig(env);
    return localSettings(env);
  } catch (error) {
    if (error instanceof ConfigError) stop(error.message);
    throw error;
  }
}
const settings = readSettings();
await requireFree(port, 'the API', 'port');
if (!env.PUSHGATEWAY_URL) await requireFree(gatewayPort, 'the embedded Pushgateway', 'gateway-port');
if (lambdaPort !== undefined) await requireFree(lambdaPort, 'direct invocations', 'lambda-port');

const home = join(root, settings.home);
mkdirSync(home, { recursive: true });
const runner = claimHome(home);
if (runner !== undefined)
  stop(`${settings.home} is in use by another local mode (process ${runner}). End that one first.`);
const framework = join(
  dirname(createRequire(import.meta.url).resolve('serverless/package.json')),
  'bin',
  'serverless.js',
);
const child = spawn(
  process.execPath,
  [
    framework,
    'offline',
    'start',
    '--stage',
    'local',
    '--httpPort',
    `${port}`,
    '--lambdaPort',
    `${lambdaPort ?? ((await isTaken(LAMBDA_PORT)) ? await freePort() : LAMBDA_PORT)}`,
  ],
  { cwd: root, env, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] },
);
if (process.stderr.isTTY) process.stderr.write('Starting ...\n');

// The framework talks much; a person needs it only when something is wrong.
const noise = createWriteStream(join(home, 'serverless.log'));
const last: string[] = [];
let rest = '';
child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
  noise.write(chunk);
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    last.push(line);
    if (last.length > 40) last.shift();
    if (isTrouble(line)) process.stderr.write(`${line.replace(/^local: /, '')}\n`);
  }
});

let askedAt = 0;
function end(signal: NodeJS.Signals): void {
  const again = askedAt > 0 && Date.now() - askedAt > IMPATIENT_MS;
  child.kill(again ? 'SIGKILL' : signal);
  askedAt ||= Date.now();
}
process.on('SIGINT', end);
process.on('SIGTERM', end);
// Whoever started this process is gone.
process.on('disconnect', () => end('SIGTERM'));
child.on('exit', (code, signal) => {
  if (askedAt > 0) process.exit(0);
  if (code === EXIT_CONFIG) process.exit(1);
  process.stderr.write(
    `${last.join('\n')}\nLocal mode ended by itself (${signal ?? `exit code ${code}`}); all of its output is in .local/serverless.log.\n`,
  );
  process.exit(code ?? 1);
});
