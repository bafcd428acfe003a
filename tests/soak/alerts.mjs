// `npm run soak:alerts`: the alerts that are provoked in the running system, those with windows of an hour, too (about ten minutes).
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

if (process.argv.includes('--help')) {
  console.log(
    'npm run soak:alerts\n\nProvokes alerts in a running system, sees the news of each arrive, and of its end. Takes about ten minutes; no options.',
  );
  process.exit(0);
}
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts', 'test.mjs'), '--verbose', 'tests/monitoring/provoked.test.ts'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FTE_SOAK: '1' } },
);
process.exit(status ?? 1);
