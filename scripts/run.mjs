// Installs what is missing, then runs a script on the Node that comes with the packages: node scripts/run.mjs FILE [args].
// It runs on whatever Node the machine has, so it uses nothing but Node's own modules. One shell line with two `node`s
// would not do: a shell remembers where it found the first one, and that was before the install.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first that runs TypeScript as it is. */
const OLDEST_NODE = [22, 18];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockfile = join(root, 'package-lock.json');
/** npm writes this one last, so it stands for a complete install. */
const marker = join(root, 'node_modules', '.package-lock.json');

function stop(...lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

/** Complete, and not older than the lockfile. A package that was deleted by hand is missed here, not deep in a stack. */
function isInstalled() {
  if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(lockfile).mtimeMs) return false;
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) =>
    existsSync(join(root, 'node_modules', name, 'package.json')),
  );
}

function install() {
  console.error('Installing what is missing (npm ci, about a minute, once) ...');
  const npm = process.env.npm_execpath;
  // `--include=dev`: with NODE_ENV=production npm would leave out what the tests and local mode are made of.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (error) stop(`npm could not be started: ${error.message}`, 'Install npm 10 or newer, then try again.');
  if (status !== 0) {
    stop(
      `npm ci ended with exit code ${status}; its own message stands above.`,
      'Check the connection to the npm registry, then try again.',
    );
  }
}

if (!existsSync(lockfile)) stop(`package-lock.json is missing in ${root}: this is not a complete checkout.`);
if (!isInstalled()) install();
if (!isInstalled()) stop('npm ci left packages out; delete node_modules and try again.');

const bundled = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const [major, minor] = process.versions.node.split('.').map(Number);
const tooOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
if (!existsSync(bundled) && tooOld) {
  stop(
    `Node ${process.versions.node} is too old, and for ${process.platform}-${process.arch} no newer one comes with the packages.`,
    `Install Node ${OLDEST_NODE.join('.')} or newer, then try again.`,
  );
}

const [script, ...args] = process.argv.slice(2);
if (script !== undefined) {
  const child = spawn(existsSync(bundled) ? bundled : process.execPath, [join(root, script), ...args], {
    // The channel tells the child when this process is gone, however it ended.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    shell: process.platform === 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      // In a terminal Ctrl-C has reached the child already; it decides how it ends.
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}
