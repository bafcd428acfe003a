import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT, readServerlessYml } from '../running/serverless-yml.ts';
import { findExecutable } from '../servers/executable.ts';

// Inside the project, so that what Lambda's runtime has (the AWS SDK) is found in the project's packages.
const HOME = join(ROOT, '.local', 'artifact');

function run(file: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, stdout, stderr } = spawnSync(file, words, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1', ...env },
  });
  if (status !== 0) throw new Error(`${file} ${words.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
}

/** Where a packaged function lies, unpacked. */
export const folderOf = (name: string) => join(HOME, name);

/** Packages all functions as a deployment does, and unpacks each. */
export function packageFunctions(): void {
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(HOME, { recursive: true });
  const serverless = join(
    dirname(createRequire(import.meta.url).resolve('serverless/package.json')),
    'bin',
    'serverless.js',
  );
  const zips = join(HOME, 'package');
  run(process.execPath, [serverless, 'package', '--stage', 'test', '--package', zips], {
    FTE_LOCAL_HOME: '.local/artifact',
    // Every function, so that `metrics` is tested as well.
    FTE_METRICS_ROUTE: 'on',
    // Packaging asks nobody, but wants to know for whom it is.
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  });
  const unzip = findExecutable({ command: 'unzip', debianPackage: 'unzip' });
  for (const name of Object.keys(readServerlessYml().functions))
    run(unzip, ['-q', '-o', join(zips, `${name}.zip`), '-d', folderOf(name)]);
}
