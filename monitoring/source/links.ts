import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Where people find what an alert speaks of: absolute addresses, since an alert is read in a mailbox. */
export interface Links {
  /** Grafana's address, without a slash at its end. */
  readonly grafana: string;
  /** What an alert's name and `.md` are put behind. */
  readonly runbooks: string;
}

/** Where the compose file has Grafana's web server show `monitoring/runbooks`, below Grafana's address. */
export const SERVED_RUNBOOKS = '/public/runbooks';

/** The address of a variable, without a slash at its end. */
function address(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Error(`${name} is "${value}", but must be an address that begins with http:// or https://`);
  return value.replace(/\/+$/, '');
}

/** The folder of runbooks on a forge's web pages, from the `repository` of a package.json; none without one. */
export function runbooksIn(repository: unknown): string | undefined {
  const url = typeof repository === 'string' ? repository : String(Object(repository).url ?? '');
  const [, host = '', path = ''] = /(?:@|:\/\/)([\w.-]+)[:/](.+?)(?:\.git)?\/?$/.exec(url) ?? [];
  return host === '' ? undefined : `https://${host}/${path}/blob/HEAD/monitoring/runbooks`;
}

/**
 * The links of an environment: `FTE_GRAFANA_URL` (default: where the compose file has it) and `FTE_RUNBOOKS_URL` (default:
 * the repository that package.json names, else what Grafana itself serves).
 *
 * @throws {Error} which names the variable and what it may hold.
 */
export function readLinks(
  env: NodeJS.ProcessEnv = process.env,
  repository: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).repository,
): Links {
  const grafana = address('FTE_GRAFANA_URL', env.FTE_GRAFANA_URL || 'http://localhost:3000');
  const runbooks = env.FTE_RUNBOOKS_URL || runbooksIn(repository) || `${grafana}${SERVED_RUNBOOKS}`;
  return { grafana, runbooks: address('FTE_RUNBOOKS_URL', runbooks) };
}
