// `npm run test:artifact`: the packaged functions on AWS's own runtime interface client. Arguments go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'tests', 'artifact');
/** What its build runs; the compilers come with g++. */
const TOOLS = ['cmake', 'g++', 'make', 'python3'];

function stop(message) {
  console.error(message);
  process.exit(1);
}

if (!existsSync(join(folder, 'node_modules', 'aws-lambda-ric', 'rapid-client.node'))) {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version'))
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], {
      stdio: ['ignore', 2, 2],
    });
  console.error('Building the runtime interface client (npm ci in tests/artifact, two minutes, once) ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    stop(`npm ci in tests/artifact ended with exit code ${status}. It needs ${TOOLS.join(', ')}, on Linux.`);
}
const { packageFunctions } = await import('../tests/artifact/packaged.ts');
console.error('Packaging all functions ...');
packageFunctions();
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    join(folder, 'jest.config.mjs'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, AWS_EC2_METADATA_DISABLED: 'true' } },
);
process.exit(status ?? 1);
