import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly op: string; readonly value: string }[];
}

/**
 * The series that an expression selects.
 *
 * @throws {Error} where the grammar of PromQL does not allow it.
 */
export function selectorsOf(expr: string): readonly Selector[] {
  const found: { metric: string; matchers: { label: string; op: string; value: string }[] }[] = [];
  const text = (node: { from: number; to: number }) => expr.slice(node.from, node.to);
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError)
        throw new Error(`no PromQL at ${node.from}: ${expr.slice(0, node.from)}▸${expr.slice(node.from)}`);
      const last = found.at(-1);
      if (node.name === 'VectorSelector')
        found.push({ metric: text(node.node.getChild('Identifier') ?? node), matchers: [] });
      if (node.name === 'UnquotedLabelMatcher' && last !== undefined) {
        const [label, op, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
          const child = node.node.getChild(name);
          return child === null ? '' : text(child);
        });
        last.matchers.push({
          label: label ?? '',
          op: op ?? '',
          value: (value ?? '').slice(1, -1).replace(/\\\\/g, '\\'),
        });
      }
    },
  });
  return found;
}

/** The labels that an expression groups by. */
export function groupingLabelsOf(expr: string): readonly string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.name !== 'GroupingLabels') return;
      found.push(...node.node.getChildren('LabelName').map(({ from, to }) => expr.slice(from, to)));
    },
  });
  return found;
}
