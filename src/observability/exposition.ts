import type { Family, Labels } from './families.ts';

/** The content type of the text format. */
export const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

const escapeHelp = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeValue = (text: string) => escapeHelp(text).replaceAll('"', '\\"');

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, held]) => `${label}="${escapeValue(held)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${number(value)}`;
}

function samples(family: Family): string[] {
  const { name } = family;
  switch (family.type) {
    case 'counter':
    case 'gauge':
      return family.series.map((s) => line(name, s.labels, s.value));
    case 'summary':
      return family.series.flatMap((s) => [
        line(`${name}_sum`, s.labels, s.sum),
        line(`${name}_count`, s.labels, s.count),
      ]);
    case 'histogram':
      return family.series.flatMap((s) => [
        ...s.buckets.map(([edge, count]) => line(`${name}_bucket`, { ...s.labels, le: number(edge) }, count)),
        line(`${name}_bucket`, { ...s.labels, le: '+Inf' }, s.count),
        line(`${name}_sum`, s.labels, s.sum),
        line(`${name}_count`, s.labels, s.count),
      ]);
  }
}

/**
 * Renders families in Prometheus' text format 0.0.4.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    lines.push(`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`);
    lines.push(...samples(family));
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
