import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Executable {
  readonly command: string;
  /** The Debian package that has it. */
  readonly debianPackage: string;
}

function onPath(command: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, command));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The services of a command, by the kernel's name for it, which is cut to 15 bytes. What a test beside this one has
 * started has a parent of its own; a service belongs to the first process.
 */
function services(command: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return false;
      // pid (comm) state ppid …; the name may hold anything.
      const [, name, parent] =
        /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return name === command.slice(0, 15) && parent === '1';
    } catch {
      return false;
    }
  });
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Runs `work` while Debian's packages are kept from starting their services. */
function withoutServices(work: () => void): void {
  let ours = false;
  try {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
    ours = true;
  } catch (error) {
    // One that is there already is the machine's own rule, or that of a test beside this one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  try {
    work();
  } finally {
    if (ours) rmSync(POLICY);
  }
}

function aptGet(...words: string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(
    'apt-get',
    ['-o', 'DPkg::Lock::Timeout=120', ...words],
    {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    },
  );
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim() };
}

function install({ command, debianPackage }: Executable): void {
  const words = ['install', '-y', '--no-install-recommends', debianPackage];
  const before = new Set(services(command));
  withoutServices(() => {
    if (aptGet(...words).ok) return;
    aptGet('update');
    const { ok, output } = aptGet(...words);
    if (!ok) throw new Error(`apt-get ${words.join(' ')} failed:\n${output.slice(-1000)}`);
  });
  // It must not start at the next boot either.
  if (existsSync('/run/systemd/system')) spawnSync('systemctl', ['disable', '--now', debianPackage]);
  const started = services(command).filter((pid) => !before.has(pid));
  if (started.length > 0)
    throw new Error(`installing ${debianPackage} started a service: process ${started.join(', ')}`);
}

/**
 * The path of a server's executable: from PATH, else installed by apt where this is root on Debian.
 *
 * @throws {Error} which names what is missing and how to get it.
 */
export function findExecutable(executable: Executable): string {
  const { command, debianPackage } = executable;
  const found = onPath(command);
  if (found !== undefined) return found;
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (mayInstall) install(executable);
  const installed = mayInstall ? onPath(command) : undefined;
  if (installed !== undefined) return installed;
  throw new Error(
    `"${command}" is not on PATH. Install it (Debian: apt-get install ${debianPackage}), ` +
      'or leave out all that needs a real server by FTE_SKIP_REAL_SERVERS=1.',
  );
}
