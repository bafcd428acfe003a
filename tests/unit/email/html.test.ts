import fc from 'fast-check';
import { htmlToText } from '../../../src/platform/email/html.ts';

test.each([
  ['white space as a browser does', '  a \n b\t<b> c</b>d  ', 'a b cd'],
  ['line breaks', 'a<br>b<br/><BR />c', 'a\nb\n\nc'],
  ['paragraphs', '<p>a</p><p>b</p><div>c</div><div>d</div>', 'a\n\nb\n\nc\nd'],
  ["Gmail's empty lines", '<div>a</div><div><br></div><div>b</div>', 'a\n\nb'],
  ['lists', '<ol><li>a</li><li>b</ol>c', '- a\n- b\n\nc'],
  ['tables', '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
  ['quotations', 'a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e', 'a\n\n> b\n> c\n>\n> > d\n>\n\ne'],
  ['code', '<pre>if (a)\n  b &lt; c\n</pre>', 'if (a)\n  b < c'],
  ['links', '<a href="https://a.example/x?b=1&amp;c=2">here</a>', 'here (https://a.example/x?b=1&c=2)'],
  ['links that show where they lead', '<a href="https://a.example/">a.example</a>', 'a.example'],
  ['no other links', '<a href="javascript:alert(1)">a</a> <a href=\'mailto:b@c.example\'>b</a>', 'a b'],
  ['no scripts, styles and comments', '<style>p{}</style>a<script>if (1<2) "</p>"</script><!-- <p>b --><title>t</title>c', 'ac'],
  ['what follows an empty drawing', 'a<svg/>b', 'ab'],
  ['characters by name and number', '&auml;&Auml;&nbsp;&euro;&#8364;&#x20AC;&#128;&amp;lt;&hellip;', 'äÄ €€€€&lt;…'],
  ['what is no character', '&nosuch; &#0; &#xD800; &#x110000; R&D & more', '&nosuch; � � � R&D & more'],
  ['angles that are no tags', 'a < b > c <3', 'a < b > c <3'],
  ['angles inside attributes', '<p title="a > b">c</p>', 'c'],
  ['an unclosed tag', 'a <p title="b', 'a'],
  ['an unclosed comment', 'a <!-- b', 'a'],
])('shows %s', (_, html, text) => {
  expect(htmlToText(html)).toBe(text);
}); // biome-ignore format: a table

test('whatever comes in, a text comes out', () => {
  const piece = fc.constantFrom('<', '>', '<p', '</', '<!--', '-->', '"', "'", ' href=', '<a', '<script>', '</script>', '<pre>', '<blockquote>', '</blockquote>', '&', '#1;', 'x', '\n', '<br>', '<li>'); // biome-ignore format: a list
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      expect(htmlToText(pieces.join(''))).toEqual(expect.any(String));
    }),
    { numRuns: 2000 },
  );
});

test.each(['<', '<p ', '<a href="', '<!--', '<script>', '<svg/>', '<b>x</b>', '<blockquote>', '<p>', '<pre>', '&', 'x ', '<a href="https://a.example">', '<title></title>', '<br>'])(
  '2 MB of %j take no time',
  (piece) => {
    const html = piece.repeat(Math.ceil(2_000_000 / piece.length));
    const started = performance.now();
    expect(htmlToText(html).length).toBeLessThan(1_000_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  },
); // biome-ignore format: a table
