interface Clause {
  readonly type: string;
  readonly quality: number;
  readonly params: ReadonlyMap<string, string>;
}

function parseClause(text: string): Clause {
  const [type = '', ...rest] = text.split(';');
  const params = new Map(
    rest.flatMap((param) => {
      const at = param.indexOf('=');
      return at < 0 ? [] : [[param.slice(0, at).trim(), param.slice(at + 1).trim()] as const];
    }),
  );
  const quality = params.has('q') ? Number(params.get('q')) : 1;
  return { type: type.trim(), quality: Number.isNaN(quality) ? 0 : quality, params };
}

const isText = ({ type, params }: Clause) =>
  type === 'text/plain' && ['', '0.0.4'].includes(params.get('version') ?? '');

const isProtobuf = ({ type, params }: Clause) =>
  type === 'application/vnd.google.protobuf' &&
  params.get('proto') === 'io.prometheus.client.MetricFamily' &&
  params.get('encoding') === 'delimited';

/**
 * Whether an Accept header asks for protobuf before the text format. As in gateways, case counts, `q=0` forbids nothing
 * and `*` matches nothing. Those also know two encodings for people, which are answered with text here.
 */
export function prefersProtobuf(accept = ''): boolean {
  const wanted = accept
    .split(',')
    .map(parseClause)
    .filter((clause) => isText(clause) || isProtobuf(clause))
    .sort((a, b) => b.quality - a.quality);
  return wanted[0] !== undefined && isProtobuf(wanted[0]);
}
