import { parser } from '@prometheus-io/lezer-promql';

/** A change of one place of an expression. */
export interface ExpressionMutant {
  /** What stood there and what stands there now. */
  readonly what: string;
  readonly expr: string;
}

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];
/** What a node's text may be replaced with. */
type Replacement = string;

/** By how much a number or a window is off: less would be a difference that nobody could see in a series. */
const OFF = 0.1;

/** Turned round, and at the threshold itself. */
const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '>': ['<', '>='],
  '<': ['>', '<='],
  '>=': ['<=', '>'],
  '<=': ['>=', '<'],
  '==': ['!='],
  '!=': ['=='],
};
const ARITHMETIC: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
};
const SETS: Readonly<Record<string, readonly string[]>> = { and: ['or'], or: ['and'], unless: ['and'] };
const OPERATORS = { ...COMPARISONS, ...ARITHMETIC, ...SETS };
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  sum: ['max'],
  max: ['min'],
  increase: ['rate'],
  rate: ['increase'],
  sum_over_time: ['avg_over_time'],
};

const scaled = (value: number, factor: number) => String(Number((value * factor).toPrecision(12)));

/** A number that is a little off. A quantile is so by what it leaves out. */
function offNumber(text: string, isQuantile: boolean): readonly Replacement[] {
  const value = Number(text);
  if (isQuantile) return [scaled(1 - (1 - value) * 2, 1), scaled(1 - (1 - value) / 2, 1)];
  if (value === 0) return ['1'];
  return [scaled(value, 1 - OFF), scaled(value, 1 + OFF)];
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A window that is half, or twice, as long. */
function offDuration(text: string): readonly Replacement[] {
  const [, amount = '', unit = ''] = /^(\d+)(ms|[smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!Number.isFinite(ms)) throw new Error(`no single unit: ${text}`);
  return [0.5, 2].map((factor) => `${ms * factor}ms`);
}

const OPPOSITE: Readonly<Record<string, string>> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' };

function offMatcher(node: Node, text: (node: Node) => string): readonly Replacement[] {
  const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
    const child = node.getChild(name);
    return child === null ? '' : text(child);
  });
  const values = (value ?? '').slice(1, -1).split('|');
  const without = values.map((_, i) => values.filter((_, other) => other !== i).join('|'));
  return [
    // Any value at all; `""` alone would also ask for the label to be missing.
    `${label}=~".*"`,
    `${label}${OPPOSITE[operator ?? ''] ?? ''}${value}`,
    ...(values.length > 1 ? without.map((rest) => `${label}${operator}"${rest}"`) : []),
  ];
}

/** `by (a, b)` without each of its labels. */
function offLabels(node: Node, text: (node: Node) => string): readonly Replacement[] {
  const labels = node.getChildren('LabelName').map(text);
  return labels.map((label) => `(${labels.filter((other) => other !== label).join(', ')})`);
}

/** One side of `and` or `or` alone. */
function oneSide(node: Node, text: (node: Node) => string): readonly Replacement[] {
  const operator = node.firstChild?.nextSibling;
  if (operator?.name !== 'And' && operator?.name !== 'Or') return [];
  return [node.firstChild, node.lastChild].flatMap((side) => (side === null ? [] : [text(side)]));
}

function replacements(node: Node, text: (node: Node) => string): readonly Replacement[] {
  const own = text(node);
  const isOperator = node.parent?.name === 'BinaryExpr' && node.firstChild === null;
  switch (node.name) {
    case 'BinaryExpr':
      return oneSide(node, text);
    case 'NumberDurationLiteral':
      return offNumber(
        own,
        node.parent?.parent?.getChild('FunctionIdentifier')?.firstChild?.name === 'HistogramQuantile',
      );
    case 'NumberDurationLiteralInDurationContext':
      return offDuration(own);
    case 'UnquotedLabelMatcher':
      return offMatcher(node, text);
    case 'GroupingLabels':
      return offLabels(node, text);
    case 'Identifier':
      return [`${own}_of_another`];
    case 'FunctionIdentifier':
    case 'AggregateOp':
      return FUNCTIONS[own] ?? [];
    case 'OffsetExpr':
      return node.firstChild === null ? [] : [text(node.firstChild)];
    default:
      return isOperator ? (OPERATORS[own] ?? []) : [];
  }
}

/** A long piece of an expression, so that a line of a report holds it. */
const short = (text: string) => {
  const line = text.replaceAll('\n', ' ');
  return line.length > 60 ? `${line.slice(0, 28)} … ${line.slice(-28)}` : line;
};

/**
 * All expressions that differ from `expr` in one place: an operator turned or moved onto its edge, a number 10 % off, a
 * window halved or doubled, a label's matcher widened, turned or without one of its values, a grouping label, a side of
 * `and` and `or`, or an `offset` left out, another metric, another function.
 *
 * @throws {Error} when the grammar of PromQL does not allow `expr`.
 */
export function expressionMutants(expr: string): readonly ExpressionMutant[] {
  const found: ExpressionMutant[] = [];
  const text = ({ from, to }: Node) => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter({ node }) {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expr}`);
      for (const replacement of replacements(node, text)) {
        found.push({
          what: `${short(text(node))} → ${short(replacement)}`,
          expr: expr.slice(0, node.from) + replacement + expr.slice(node.to),
        });
      }
    },
  });
  return found;
}
