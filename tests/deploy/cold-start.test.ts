import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../../bench/lambda/variants.ts';

const folder = mkdtempSync(join(tmpdir(), 'fte-cold-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('an instrumented handler loads neither fetch nor TLS nor a profiler: they would be most of its cold start', async () => {
  await bundle({ name: 'ours', source: 'ours' }, folder);
  const handler = pathToFileURL(join(folder, 'ours.mjs')).href;
  const script = `await import('${handler}'); console.log(JSON.stringify(process.moduleLoadList))`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', PUSHGATEWAY_URL: 'http://127.0.0.1:9' },
  });
  const loaded = (JSON.parse(said.trim().split('\n').at(-1) ?? '[]') as string[]).map((name) =>
    name.replace('NativeModule ', ''),
  );
  expect(loaded).toContain('http');
  const heavy = ['http2', 'https', 'tls', 'zlib', 'v8', 'cluster'];
  expect(loaded.filter((name) => heavy.includes(name) || name.includes('undici'))).toEqual([]);
});
