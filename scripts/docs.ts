// Writes the generated parts of docs/; with `--check` it writes nothing and ends with 1 when one of them is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue as fullCatalogue } from '../src/fte/catalogue.ts';
import { TRANSITIONS } from '../src/fte/tickets/transitions.ts';
import {
  type Catalogue,
  CONFIGURED,
  type LabelValues,
  METRIC_NAMES,
  type MetricSpec,
} from '../src/observability/catalogue.ts';
import { libraryMetrics } from '../src/observability/library-metrics.ts';
import { costTable } from './costs.ts';

const ROOT = join(import.meta.dirname, '..');
const catalogue: Catalogue = fullCatalogue;

/** The metrics that people ask for first; all others stand below them. */
const CORE = [
  'http_requests_total', 'http_request_duration_seconds', 'customer_interactions_total',
  'customer_response_time_seconds', 'ticket_operations_total', 'ticket_resolution_time_seconds',
  'agent_thinking_time_seconds', 'agent_tool_calls_total', 'active_conversations', 'message_queue_size',
  'system_uptime_seconds', 'errors_total', 'customer_satisfaction_score', 'escalations_total', 'service_info',
].map((name) => `fte_${name}`); // biome-ignore format: a table

/** Where metrics are only defined; a name found there is no emission. */
const DEFINITIONS = new Set(['src/fte/catalogue.ts', 'src/observability/library-metrics.ts']);
/** A label with more values than this is spelt out once, below the tables. */
const SHORT_SET = 7;
const MIB = 1_048_576;

/** A file's path from the project's root, and its text. */
export type Sources = ReadonlyMap<string, string>;

/** All TypeScript files under `folders`. */
export function readSources(folders: readonly string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(?<![:'"`])\/\/.*$/gm, '');
}

/** The files whose code names a metric to count it: not in a comment, not as a type, not to compare it. */
export function emittersOf(metric: string, sources: Sources): readonly string[] {
  const named = new RegExp(`(?<!== )'${metric}'(?!>)`);
  return [...sources]
    .filter(([file, text]) => !DEFINITIONS.has(file) && named.test(withoutComments(text)))
    .map(([file]) => file);
}

const code = (text: string) => `\`${text}\``;
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');
}

function labelCell([label, values]: readonly [string, LabelValues]): string {
  if (values === CONFIGURED) return `${code(label)}: set at start`;
  if (values === METRIC_NAMES) return `${code(label)}: every metric's name`;
  if (values.length > SHORT_SET) return `${code(label)}: [${values.length} values](#long-label-sets)`;
  return `${code(label)}: ${values.join(', ')}`;
}

function bucketCell(name: string, spec: MetricSpec): string {
  if (spec.type !== 'histogram') return '';
  if (name.endsWith('_bytes')) return `${spec.buckets.map((edge) => edge / MIB).join(' ')} (MiB)`;
  return spec.buckets.join(' ');
}

function emitterCell(name: string, sources: Sources): string {
  const files = emittersOf(name, sources);
  if (files.length === 0) return '— not yet';
  return files.map((file) => `[${file.split('/').slice(-2).join('/')}](../${file})`).join(', ');
}

function metricTable(names: readonly string[], sources: Sources): string {
  const rows = names.flatMap((name) => {
    const spec = catalogue[name];
    if (spec === undefined) throw new Error(`${name} stands in no catalogue`);
    const labels = Object.entries(spec.labels).map(labelCell).join('; ') || 'none';
    return [[code(name), spec.type, labels, bucketCell(name, spec), spec.help, emitterCell(name, sources)]];
  });
  return table(['metric', 'type', 'labels', 'buckets', 'meaning', 'emitted by'], rows);
}

function longSets(): string {
  const sets = new Map<string, { label: string; values: LabelValues; metrics: string[] }>();
  for (const [metric, { labels }] of Object.entries(catalogue)) {
    for (const [label, values] of Object.entries(labels)) {
      if (values.length <= SHORT_SET) continue;
      const key = JSON.stringify([label, values]);
      const set = sets.get(key) ?? { label, values, metrics: [] };
      set.metrics.push(metric);
      sets.set(key, set);
    }
  }
  const rows = [...sets.values()].map(({ label, values, metrics }) => [
    code(label),
    values.map(code).join(' '),
    metrics.map(code).join(', '),
  ]);
  return table(['label', 'values', 'of'], rows);
}

function metricsPart(): string {
  const sources = readSources(['src', 'handlers']);
  const library = new Set(Object.keys(libraryMetrics({ functions: [], routes: [], components: [] })));
  const beyond = Object.keys(catalogue).filter((name) => !CORE.includes(name));
  return [
    '## The core',
    metricTable(CORE, sources),
    "## Beyond: the employee's own",
    metricTable(
      beyond.filter((name) => !library.has(name)),
      sources,
    ),
    "## Beyond: the library's own",
    metricTable(
      beyond.filter((name) => library.has(name)),
      sources,
    ),
    '## Long label sets',
    longSets(),
  ].join('\n\n');
}

function ticketsPart(): string {
  const moves = Object.entries(TRANSITIONS);
  const rows = moves.map(([operation, { from, to }]) => [
    code(operation),
    from.map(code).join(', '),
    to === undefined ? 'stays' : operation === 'reopen' ? '`open`, or `escalated`' : code(to),
  ]);
  const arrows = moves.flatMap(([operation, { from, to }]) =>
    to === undefined
      ? []
      : from.flatMap((status) => [
          `  ${status} --> ${to}: ${operation}`,
          // What was escalated once stays with people: `createTickets` overrides the table here.
          ...(operation === 'reopen' ? [`  ${status} --> escalated: reopen, if it was escalated once`] : []),
        ]),
  );
  return [
    table(['operation', 'allowed in', 'leads to'], rows),
    ['```mermaid', 'stateDiagram-v2', '  [*] --> open: create', ...arrows, '```'].join('\n'),
  ].join('\n\n');
}

const BEGIN = '<!-- generated -->';
const END = '<!-- end -->';

/**
 * `text` with `part` between its two markers.
 *
 * @throws when `text` has not both of them.
 */
export function withGenerated(text: string, part: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`there is no ${BEGIN} … ${END} to write between`);
  return `${text.slice(0, from)}${BEGIN}\n\n${part}\n\n${text.slice(to)}`;
}

/** The documents with a generated part: what stands in them, and what should. */
export function generatedDocs() {
  const parts = {
    'docs/metrics.md': metricsPart,
    'docs/tickets.md': ticketsPart,
    'docs/deploying.md': () => costTable([1, 10, 100]),
  };
  return Object.entries(parts).map(([file, part]) => {
    const found = readFileSync(join(ROOT, file), 'utf8');
    return { file, found, wanted: withGenerated(found, part()) };
  });
}

function main(checkOnly: boolean): void {
  for (const { file, found, wanted } of generatedDocs()) {
    if (found === wanted) continue;
    if (checkOnly) {
      console.error(`${file} is stale; run: node scripts/docs.ts`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(ROOT, file), wanted);
      console.log(`${file} written`);
    }
  }
}

if (process.argv[1] === import.meta.filename) main(process.argv.includes('--check'));
