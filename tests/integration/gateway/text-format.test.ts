import { pushedIn } from './json.ts';
import { type Gateway, SUBJECTS, startSubject } from './subjects.ts';

describe.each(SUBJECTS)('$name', (subject) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startSubject(subject);
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.wipe());
  const pushed = async () => pushedIn((await gateway.groups())[0]);

  test('numbers are written as Go does', async () => {
    const numbers = {
      '0': '0', '-0': '-0', '+1': '1', '.5': '0.5', '5.': '5', '100000': '100000', '999999': '999999',
      '1000000': '1e+06', '1234567': '1.234567e+06', '0.0001': '0.0001', '0.00001': '1e-05', '1e400': undefined,
      '1e-400': '0', '5e-324': '5e-324', '1.7976931348623157e308': '1.7976931348623157e+308', NaN: 'NaN', nan: 'NaN',
      '+Inf': '+Inf', inf: '+Inf', '-infinity': '-Inf', '+nan': undefined, '0x1p3': undefined, '1_0': undefined,
      '1d': undefined, '': undefined,
    }; // biome-ignore format: a table
    for (const [text, back] of Object.entries(numbers)) {
      const { status, body } = await gateway.put('/metrics/job/a', `# comment\nx ${text}\n`);
      expect([text, status]).toEqual([text, back === undefined ? 400 : 200]);
      if (back === undefined)
        expect(body).toBe(
          `text format parsing error in line 2: expected float as value, got ${JSON.stringify(text)}\n`,
        );
      else expect((await pushed()).x?.metrics[0]?.value).toBe(back);
    }
  });

  test.each([
    ['no line end', 'x 1', 1, 'unexpected end of input stream'],
    ['cut within a label', 'y 1\nx{a="b', 2, 'unexpected end of input stream'],
    ['cut within a comment', '# HELP x', 1, 'unexpected end of input stream'],
    ['no value', 'x\n', 1, 'expected float as value, got ""'],
    ['Windows line ends', 'x 1\r\n', 1, 'expected float as value, got "1\\r"'],
    ['a blank at the end', 'x 1 \n', 1, 'expected integer as timestamp, got ""'],
    ['a fraction of a time', 'x 1 2.5\n', 1, 'expected integer as timestamp, got "2.5"'],
    ['a time beyond 64 bits', 'x 1 9223372036854775808\n', 1, 'expected integer as timestamp, got "9223372036854775808"'],
    ['more after a time', 'x 1 2 3\n', 1, 'spurious string after timestamp: " 3"'],
    ['a name that is none', '\n\n1x 1\n', 3, 'invalid metric name'],
    ['a name in unicode', 'é 1\n', 1, 'invalid metric name'],
    ['no name', '{a="b"} 1\n', 1, 'invalid metric name'],
    ['two lines in one', 'x{a="b"} 1 y 2\n', 1, 'expected integer as timestamp, got "y"'],
    ['a comma alone', 'x{,} 1\n', 1, 'invalid label name for metric "x"'],
    ['no comma', 'x{a="b" c="d"} 1\n', 1, 'unexpected end of label value "b"'],
    ['no label value', 'x{a} 1\n', 1, "expected '=' after label name, found '}'"],
    ['no quotes', 'x{a=b} 1\n', 1, `expected '"' at start of label value, found 'b'`],
    ['a line break in a value', 'x{a="b\n"} 1\n', 1, 'label value "b" contains unescaped new-line'],
    ['an unknown escape', 'x{a="\\t"} 1\n', 1, "invalid escape sequence '\\t'"],
    ['a label twice', 'x{a="1",a="1"} 1\n', 1, 'duplicate label names for metric "x"'],
    ['the reserved label', 'x{__name__="y"} 1\n', 1, 'label name "__name__" is reserved'],
    ['a bucket that is none', '# TYPE x histogram\nx_bucket{le="b"} 1\n', 2, `expected float as value for 'le' label, got "b"`],
    ['a quantile that is none', '# TYPE x summary\nx{quantile=""} 1\n', 2, `expected float as value for 'quantile' label, got ""`],
    ['an unknown type', '# TYPE x count\nx 1\n', 1, 'unknown metric type "count"'],
    ['a blank after the type', '# TYPE x counter \nx 1\n', 1, 'unknown metric type "counter "'],
    ['a second type', '# TYPE x gauge\n# TYPE x gauge\n', 2, 'second TYPE line for metric name "x", or TYPE reported after samples'],
    ['a type after samples', 'x 1\n# TYPE x gauge\n', 2, 'second TYPE line for metric name "x", or TYPE reported after samples'],
    ['a second help', '# HELP x a\n# HELP x a\n', 2, 'second HELP line for metric name "x"'],
    ['a comment’s name that is none', '# TYPE x-y gauge\n', 1, 'invalid metric name in comment'],
  ])('refuses %s with 400 and the line', async (_, body, line, reason) => {
    expect(await gateway.put('/metrics/job/a', body)).toMatchObject({
      status: 400,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `text format parsing error in line ${line}: ${reason}\n`,
    });
    expect(await gateway.groups()).toEqual([]);
  }); // biome-ignore format: a table

  test('refuses label values that are not UTF-8', async () => {
    const body = Buffer.from([...Buffer.from('x{a="'), 0xff, ...Buffer.from('"} 1\n')]);
    const reply = await gateway.put('/metrics/job/a', body);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatch(/^text format parsing error in line 1: invalid label value /);
  });

  test.each([
    ['blanks everywhere', '  \t\n x\t{ a = "b" , }\t1\n', { a: 'b' }],
    ['no blank', 'x{a="b"}1\n', { a: 'b' }],
    ['a sign for a blank', 'x+1\n', {}],
    ['an empty set', 'x{} 1\n', {}],
    ['comments', '#\n# a comment\n# HELP\n#HELP y is no help\n# TYPE x\nx 1\n', {}],
    ['a type in capitals', '# TYPE x UnTyped\nx 1\n', {}],
    ['blanks at the very end', 'x 1\n\t ', {}],
    ['escapes', 'x{a="\\\\\\"\\n"} 1\n', { a: '\\"\n' }],
    ['le where there is no histogram', 'x{le="b"} 1\n', { le: 'b' }],
  ])('accepts %s', async (_, body, labels) => {
    expect((await gateway.put('/metrics/job/a', body)).status).toBe(200);
    expect(await pushed()).toEqual({
      x: {
        time_stamp: 'a time',
        type: 'UNTYPED',
        metrics: [{ labels: { instance: '', job: 'a', ...labels }, value: '1' }],
      },
    });
  });
});
