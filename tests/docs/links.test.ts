import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT } from '../running/serverless-yml.ts';

/** The folders whose documents people read; some may not be there. */
const FOLDERS = ['docs', 'examples', 'monitoring', 'bench'];

const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      // The preview of the dashboards is a package of its own.
      .filter((name) => name.endsWith('.md') && !name.split(sep).includes('node_modules'))
      .map((name) => join(folder, name)),
  ),
];

const withoutCode = (text: string) => text.replace(/^(```|~~~)[\s\S]*?^\1\s*$/gm, '');

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const found = [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(found);
}

/** The relative links of a document that lead nowhere. */
function brokenLinks(document: string, text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, '`');
  const targets = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = join(ROOT, dirname(document), path);
      if (relative(ROOT, file).startsWith('..') || !existsSync(file)) return true;
      if (anchor === undefined) return false;
      const held = path === '' ? text : statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
      return !anchors(held).has(anchor);
    });
}

test('there are documents', () => expect(documents).toContain(join('docs', 'library.md')));

test.each(documents)('%s: every relative link leads somewhere', (document) => {
  expect(brokenLinks(document, readFileSync(join(ROOT, document), 'utf8'))).toEqual([]);
});

test('a link that leads nowhere is seen', () => {
  const text = [
    '# A title: `x` & more',
    'good: [a](#a-title-x--more) [b](library.md#overhead) [c](../README.md) [d](https://example.com)',
    'bad: [e](nowhere.md) [f](#nothing) [g](library.md#nothing) [h](../../out.md)',
    '```md\n[i](not-looked-at.md)\n```',
  ].join('\n');
  expect(brokenLinks(join('docs', 'x.md'), text)).toEqual([
    'nowhere.md',
    '#nothing',
    'library.md#nothing',
    '../../out.md',
  ]);
});
