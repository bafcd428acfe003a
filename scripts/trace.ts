/** `npm run trace -- <id>`: one message's whole way through the functions, from the log lines. */
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs, stripVTControlCharacters, styleText } from 'node:util';
import { factsOf, type LogLine, levelColour, parseLogLine } from '../local/log-lines.ts';

const HELP = `npm run trace -- ID [options]

Prints every log line of one message, in the order of time, from the request to the delivery. ID is a correlation id,
or the id of a ticket, a reply, a queue's message, a trace or an invocation: then of all messages that it stands for.

  --file FILE   the log lines, one JSON object each (default .local/logs.jsonl)
  --json        the lines as they are
  --help        this text

Exits with 1 when there is no such line.
`;
const DEFAULT_FILE = '.local/logs.jsonl';
/** What a line may be asked for by, beside its own correlation id. */
const OTHER_IDS = ['ticket_id', 'reply_id', 'message_id', 'trace_id', 'request_id'] as const;
const COLOUR = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
/** Of a line that another message's chain wrote about this one. */
const ABOUT = 'message_correlation_id';

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        file: { type: 'string', default: DEFAULT_FILE },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return stop(`${(error as Error).message}\n\n${HELP}`);
  }
}

async function* linesOf(file: string): AsyncGenerator<{ text: string; line: LogLine }> {
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const line = parseLogLine(text);
    if (line !== undefined) yield { text, line };
  }
}

/** The correlation ids that an id stands for: itself, or those of the lines that name it otherwise. */
async function chainsOf(id: string, file: string): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for await (const { line } of linesOf(file)) {
    if (line.correlation_id === id || line[ABOUT] === id) return new Set([id]);
    if (OTHER_IDS.some((key) => line[key] === id) && typeof line.correlation_id === 'string')
      named.add(line.correlation_id);
  }
  return named;
}

interface Found {
  readonly at: number;
  readonly text: string;
  readonly line: LogLine;
}

async function linesOfChains(ids: ReadonlySet<string>, file: string): Promise<Map<string, Found[]>> {
  const chains = new Map<string, Found[]>();
  for await (const { text, line } of linesOf(file)) {
    const id = [line.correlation_id, line[ABOUT]].find((own) => ids.has(String(own)));
    if (id === undefined) continue;
    const chain = chains.get(String(id)) ?? [];
    chain.push({ at: Date.parse(line.timestamp), text, line });
    chains.set(String(id), chain);
  }
  // Each function writes by its own clock and in its own time; of one moment the order of writing holds.
  for (const chain of chains.values()) chain.sort((a, b) => a.at - b.at);
  return chains;
}

function show(id: string, chain: readonly Found[]): string {
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) return '';
  const functions = new Set(chain.map(({ line }) => line.function));
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const widest = Math.max(...[...functions].map((name) => String(name ?? '-').length));
  const rows = chain.map(({ at, line }) =>
    [
      styleText('gray', `+${seconds(at - first.at)}`.padStart(9)),
      styleText(levelColour(line.level), line.level.padEnd(5)),
      styleText('cyan', String(line.function ?? '-').padEnd(widest)),
      styleText('bold', line.message),
      factsOf(line).join(' '),
    ].join('  '),
  );
  const head = `${id}: ${chain.length} lines of ${functions.size} functions in ${seconds(last.at - first.at)} s, from ${first.line.timestamp}`;
  const text = [styleText('underline', head), ...rows].join('\n');
  return COLOUR ? text : stripVTControlCharacters(text);
}

const { values, positionals } = readOptions();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [id, ...more] = positionals;
if (id === undefined || more.length > 0) stop(`Give one id.\n\n${HELP}`);
const { file } = values;
if (!existsSync(file)) {
  const hint = file === DEFAULT_FILE ? 'npm start writes it' : 'give another --file';
  stop(`There is no ${file}; ${hint}.`);
}
const ids = await chainsOf(id, file);
if (ids.size === 0) {
  stop(
    `No line of ${file} is of "${id}": not as a correlation id, and not as any of ${OTHER_IDS.join(', ')}.`,
  );
}
const chains = await linesOfChains(ids, file);
for (const [correlationId, chain] of chains) {
  process.stdout.write(
    values.json ? `${chain.map(({ text }) => text).join('\n')}\n` : `${show(correlationId, chain)}\n`,
  );
}
