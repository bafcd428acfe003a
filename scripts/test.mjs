// `npm test`: everything. Arguments go to Jest: `npm test -- tests/unit`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
if (process.env.FTE_SKIP_REAL_SERVERS !== '1') {
  spawnSync(process.execPath, [join(root, 'tests', 'servers', 'install.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
}
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, AWS_EC2_METADATA_DISABLED: 'true' } },
);
process.exit(status ?? 1);
