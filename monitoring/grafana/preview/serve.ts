import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { build } from 'esbuild';

const HERE = import.meta.dirname;
const DASHBOARDS = join(HERE, '..', 'dashboards');

/** The page's script and styles, fonts included. */
async function bundle(): Promise<{ readonly js: string; readonly css: string }> {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'page', 'page.tsx')],
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    platform: 'browser',
    target: 'chrome110',
    jsx: 'automatic',
    minify: true,
    logLevel: 'error',
    alias: { 'react-custom-scrollbars-2': join(HERE, 'page', 'scrollbars.ts') },
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.svg': 'text', '.woff2': 'dataurl', '.woff': 'empty', '.ttf': 'empty', '.png': 'dataurl' },
  });
  const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { js: text('.js'), css: text('.css') };
}

const HTML = `<!doctype html><html><head><meta charset="utf-8"><title>Preview</title>
<link rel="stylesheet" href="/page.css"></head><body><div id="root"></div><script src="/page.js"></script></body></html>`;

/** Serves the page, the dashboards and, under the same origin, Prometheus' API. */
export async function serve(prometheus: string) {
  const { js, css } = await bundle();
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const send = (type: string, body: string) => response.setHeader('content-type', type).end(body);
    try {
      if (pathname === '/') send('text/html', HTML);
      else if (pathname === '/page.js') send('text/javascript', js);
      else if (pathname === '/page.css') send('text/css', css);
      else if (pathname.startsWith('/dashboards/'))
        send('application/json', readFileSync(join(DASHBOARDS, pathname.split('/').at(-1) ?? ''), 'utf8'));
      else if (pathname.startsWith('/api/v1/')) {
        const answer = await fetch(`${prometheus}${pathname}${search}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: await buffer(request),
        });
        send('application/json', await answer.text());
      } else response.writeHead(404).end();
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
