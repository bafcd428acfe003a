import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From the working directory: the project's root here, the unpacked function on Lambda. */
const FOLDER = 'src/fte/page/client';
const STYLES = ['base.css', 'forms.css', 'ticket.css'];
/** Each after those that it imports. */
const SCRIPTS = [
  'dom.js',
  'fields.js',
  'api.js',
  'memory.js',
  'polling.js',
  'field-errors.js',
  'sending.js',
  'conversation.js',
  'ticket-forms.js',
  'ticket.js',
  'main.js',
];

export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Modules as one: all of them share a scope, so nothing is imported any more, and no visitor needs the comments. */
function joined(modules: readonly string[]): string {
  return modules
    .map((text) =>
      text
        .replaceAll(/^import [^;]*;\n/gm, '')
        .replaceAll(/^export (?=(?:async )?(?:function|const|let|class) )/gm, '')
        .replaceAll(/^[ \t]*\/\*[\s\S]*?\*\/\n/gm, '')
        .replaceAll(/^[ \t]*\/\/.*\n/gm, ''),
    )
    .join('\n');
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but this page's own style and script, and requests to where it came from. */
function policy(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/**
 * The form's page in one piece, with the headers that it is sent under beside the usual ones.
 *
 * @throws Error naming the file that can't be read.
 */
export function loadPage(folder: string = FOLDER): Page {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const style = STYLES.map(read).join('\n');
  const script = joined(SCRIPTS.map(read));
  return {
    html: read('page.html')
      .replace('<!--style-->', () => style)
      .replace('<!--script-->', () => script),
    headers: {
      'content-security-policy': policy(style, script),
      // Asked for again each time, but kept for the way back, with what was typed in it.
      'cache-control': 'no-cache',
    },
  };
}
