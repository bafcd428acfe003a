import { startGateway } from '../../../local/gateway/server.ts';
import { until } from '../../running/until.ts';
import { startPushgateway } from '../../servers/pushgateway.ts';
import { realServersSkipped } from '../../servers/skipping.ts';
import { type Ask, ask, type Reply } from './ask.ts';
import { type JsonGroup, readGroups } from './json.ts';

export interface Subject {
  readonly name: string;
  start(consistencyCheck: boolean): Promise<{ readonly url: string; close(): Promise<void> }>;
}

export const STAND_IN: Subject = {
  name: 'the stand-in',
  start: (consistencyCheck) => startGateway({ port: 0, consistencyCheck, adminApi: true }),
};
export const REAL: Subject = {
  name: 'the real Pushgateway',
  start: (consistencyCheck) => startPushgateway({ consistencyCheck }),
};

/** Both; the stand-in alone when real servers were given up on purpose. */
export const SUBJECTS: readonly Subject[] = realServersSkipped ? [STAND_IN] : [STAND_IN, REAL];

/** A gateway as the tests talk to it. */
export interface Gateway {
  readonly url: string;
  put(path: string, body?: string | Buffer, headers?: Ask['headers']): Promise<Reply>;
  post(path: string, body: string): Promise<Reply>;
  remove(path: string): Promise<Reply>;
  get(path: string, headers?: Ask['headers']): Promise<Reply>;
  send(method: string, path: string): Promise<Reply>;
  groups(): Promise<readonly JsonGroup[]>;
  /** Forgets everything, and returns once nothing is left to be seen. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export async function startSubject(subject: Subject, consistencyCheck = true): Promise<Gateway> {
  const { url, close } = await subject.start(consistencyCheck);
  const groups = async () => readGroups((await ask('GET', url, '/api/v1/metrics')).body);
  return {
    url,
    close,
    groups,
    put: (path, body = 'some_metric 1\n', headers = {}) => ask('PUT', url, path, { body, headers }),
    post: (path, body) => ask('POST', url, path, { body }),
    remove: (path) => ask('DELETE', url, path),
    get: (path, headers = {}) => ask('GET', url, path, { headers }),
    send: (method, path) => ask(method, url, path),
    async wipe() {
      await ask('PUT', url, '/api/v1/admin/wipe');
      await until('an empty gateway', async () => (await groups()).length === 0);
    },
  };
}
