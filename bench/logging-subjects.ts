import { Logger } from '@aws-lambda-powertools/logger';
import pino from 'pino';
import { type InvocationContext, withContext } from '../src/observability/context.ts';
import { DebugLines } from '../src/observability/debug-lines.ts';
import { createLogger } from '../src/observability/logger.ts';
import { redact } from '../src/observability/redaction/redact.ts';
import { inTurns, type Spread } from './measure.ts';

export interface LoggingResults {
  /** By logger, by case, in microseconds a line. */
  readonly lines: Readonly<Record<string, Readonly<Record<string, Spread>>>>;
  readonly redaction: Readonly<Record<string, Spread>>;
}

const SERVICE = 'customer-success-fte';
const FACTS = {
  function: 'submit',
  request_id: '3f1c2e1a-7f0b-4a57-9b8d-2f6f0c1d2e3f',
  cold_start: false,
  correlation_id: '7b1c2e1a-7f0b-4a57-9b8d-2f6f0c1d2e3f',
};
const CONTEXT: InvocationContext = {
  correlationId: FACTS.correlation_id,
  trace: undefined,
  debug: false,
  invocation: {
    requestId: FACTS.request_id,
    functionName: FACTS.function,
    coldStart: FACTS.cold_start,
    startedAt: 0,
    budgetMs: 10_000,
    remainingMs: () => 10_000,
    failed: false,
    held: new DebugLines(),
  },
};

const failure = new Error('The database could not be asked.', {
  cause: new Error('connect ECONNREFUSED 10.0.0.1:443'),
});
/** What is logged in each case; the first is what most lines are. */
const CASES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'a request': { method: 'POST', endpoint: '/support/submit', status: 201, duration_ms: 41 },
  'ten facts': {
    ticket_id: 'tkt_0123456789abcdef0123456789abcdef', channel: 'whatsapp', category: 'technical', priority: 'high',
    escalated: false, model: 'playbook', tool_calls: 4, latency_ms: 312.5, language: 'en', sentiment: 0.61,
  },
  'an error, its cause': { error_code: 'FTE_DATABASE', status: 503, error: failure },
  'customer data': {
    email: 'ada@example.com', note: 'call Ada Lovelace <ada@example.com> at +44 20 7946 0958', status: 'open',
  },
  '40 values, nested': {
    instances: Array.from({ length: 10 }, (_, i) => ({ id: `i-${i}`, entries: i, age_s: i * 1.5, state: 'fresh' })),
  },
}; // biome-ignore format: a table

type Write = (fields: Readonly<Record<string, unknown>>) => void;
const MESSAGE = 'message taken in';

function loggers(): Readonly<Record<string, Write>> {
  const ours = createLogger(SERVICE, 'INFO');
  const powertools = new Logger({ serviceName: SERVICE, logLevel: 'INFO', persistentKeys: FACTS });
  const destination = pino.destination({ dest: 1, sync: true });
  const options = {
    base: { service: SERVICE, ...FACTS },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.errWithCause },
  };
  const plain = pino(options, destination);
  const paths = ['email', 'phone', 'name', '*.email', '*.phone', '*.name'];
  const redacting = pino({ ...options, redact: paths }, destination);
  return {
    'ours, redacting': (fields) => withContext(CONTEXT, () => ours.info(MESSAGE, fields)),
    'ours, a debug line that is kept': (fields) => withContext(CONTEXT, () => ours.debug(MESSAGE, fields)),
    'plain Powertools Logger': (fields) => powertools.info(MESSAGE, { ...fields }),
    'plain pino': (fields) => plain.info(fields, MESSAGE),
    'pino, six paths redacted': (fields) => redacting.info(fields, MESSAGE),
  };
}

/** Microseconds of processor time, of all threads, for one of `times` calls: what others do on the machine is not in it. */
function each(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

export function measureLogging(lines: number, rounds: number): LoggingResults {
  const subjects = Object.entries(loggers()).flatMap(([name, write]) =>
    Object.entries(CASES).map(([title, fields]) => ({
      key: `${name}|${title}`,
      name,
      title,
      work: () => write(fields),
    })),
  );
  const hostile = { text: ['a@'.repeat(4_000), '1234 '.repeat(1_600), '"name":'.repeat(1_100)] };
  const alone = Object.entries({ ...CASES, 'three hostile texts of 8 KB': { note: hostile.text } }).map(
    ([title, fields]) => ({
      key: title,
      work: () => redact(fields),
    }),
  );
  const all = new Map([...subjects, ...alone].map(({ key, work }) => [key, work]));
  const measure = (key: string) =>
    each(key.startsWith('three') ? Math.ceil(lines / 100) : lines, all.get(key) ?? (() => undefined));
  for (const key of all.keys()) measure(key);
  const found = inTurns(rounds, [...all.keys()], measure);
  const byLogger = Map.groupBy(subjects, ({ name }) => name);
  return {
    lines: Object.fromEntries(
      [...byLogger].map(([name, of]) => [
        name,
        Object.fromEntries(of.map(({ title, key }) => [title, found(key)])),
      ]),
    ),
    redaction: Object.fromEntries(alone.map(({ key }) => [key, found(key)])),
  };
}
