import type { Labels } from '../../src/observability/families.ts';

/** A path that names no group. */
export class GroupPathError extends Error {
  override readonly name = 'GroupPathError';
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const BASE64_SUFFIX = '@base64';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Base64 in the alphabet for URLs, padded or not; `=` alone is the empty value. */
function decodeBase64(text: string): string {
  const bare = text.replace(/=+$/, '');
  if (!/^[A-Za-z0-9_-]*$/.test(bare) || bare.length % 4 === 1)
    throw new GroupPathError('illegal base64 data');
  try {
    return utf8.decode(Buffer.from(bare, 'base64url'));
  } catch {
    throw new GroupPathError('the value is not utf8');
  }
}

function component(label: string, name: string, value: string): string {
  if (name === label) return value;
  try {
    return decodeBase64(value);
  } catch (error) {
    const reason = error instanceof GroupPathError ? error.message : String(error);
    const where =
      label === 'job'
        ? `in job name ${JSON.stringify(value)}`
        : `for label ${label}=${JSON.stringify(value)}`;
    throw new GroupPathError(`invalid base64 encoding ${where}: ${reason}`);
  }
}

const GROUP_PATH = /^\/metrics\/(job(?:@base64)?)\/([^/]+)(\/.*)?$/s;

/** Whether a percent-decoded path is of the form of a group's, be it right or wrong. */
export const isGroupPath = (path: string): boolean => GROUP_PATH.test(path);

/**
 * The grouping key behind `/metrics/job/<job>{/<label>/<value>}`.
 *
 * @param path percent-decoded: a value with a slash in it can only come in base64.
 * @throws {GroupPathError} when it is not of this form, or its labels are wrong.
 */
export function parseGroupPath(path: string): Labels {
  const [, jobName = '', jobValue = '', rest = ''] = GROUP_PATH.exec(path) ?? [];
  const job = component('job', jobName, jobValue);
  const parts = rest.length > 1 ? rest.slice(1).split('/') : [];
  if (parts.length % 2 !== 0)
    throw new GroupPathError(`odd number of components in label string ${JSON.stringify(rest)}`);
  const labels: [string, string][] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const name = parts[i] ?? '';
    const label = name.endsWith(BASE64_SUFFIX) ? name.slice(0, -BASE64_SUFFIX.length) : name;
    if (!LABEL_NAME.test(label) || label.startsWith('__'))
      throw new GroupPathError(`improper label name ${JSON.stringify(label)}`);
    labels.push([label, component(label, name, parts[i + 1] ?? '')]);
  }
  if (job === '') throw new GroupPathError('job name is required');
  return Object.fromEntries([...labels, ['job', job]]);
}
