import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { awsEnvironment } from '../../../local/environment.ts';
import { createResources, LOCAL_CREDENTIALS } from '../../../local/resources.ts';
import { startStandIns } from '../../../local/stand-ins.ts';
import { fileLedger } from '../../../src/observability/fleet/file-ledger.ts';
import type { LedgerStore } from '../../../src/observability/fleet/ledger.ts';
import { readServerlessYml } from '../../running/serverless-yml.ts';

const REGION = 'eu-central-1';
let standIns: Awaited<ReturnType<typeof startStandIns>>;
let s3: S3Client;
let openOnS3: (bucket: string) => LedgerStore;
beforeAll(async () => {
  standIns = await startStandIns(REGION, undefined);
  await createResources(readServerlessYml().resources.Resources, standIns, REGION, 30);
  Object.assign(process.env, { AWS_REGION: REGION, ...awsEnvironment(standIns) });
  s3 = new S3Client({
    region: REGION,
    endpoint: standIns.sqsUrl,
    forcePathStyle: true,
    credentials: LOCAL_CREDENTIALS,
  });
  const { ledgerPort } = await import('../../../src/platform/ledger.ts');
  const { openTable } = await import('../../../src/platform/dynamodb/table.ts');
  openOnS3 = (bucket) => ledgerPort({ bucket }, openTable('table'));
});
afterAll(async () => {
  s3.destroy();
  await standIns.stop();
});

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fte-ledger-'));
  folders.push(folder);
  return folder;
};

async function onFiles() {
  const folder = join(newFolder(), 'made', 'when', 'needed');
  return {
    open: () => fileLedger(folder),
    names: async () => readdirSync(folder).filter((name) => name.startsWith('ledger-')),
    quarantined: async () => readdirSync(join(folder, 'quarantine')),
  };
}

async function onS3() {
  const Bucket = `ledger-${Math.random().toString(36).slice(2)}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { openTable } = await import('../../../src/platform/dynamodb/table.ts');
  // One table, one pointer: each test begins without.
  const pointer = await openTable('table').get({ pk: 'LEDGER', sk: 'LEDGER' });
  if (pointer !== undefined) await dropPointer();
  const list = async (Prefix: string) =>
    ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key);
  return {
    open: () => openOnS3(Bucket),
    names: () => list('ledger/'),
    quarantined: () => list('quarantine/'),
  };
}

async function dropPointer() {
  const { DynamoDBClient, DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({
    region: REGION,
    endpoint: standIns.dynamodbUrl,
    credentials: LOCAL_CREDENTIALS,
  });
  const Key = { pk: { S: 'LEDGER' }, sk: { S: 'LEDGER' } };
  await client.send(new DeleteItemCommand({ TableName: 'table', Key }));
  client.destroy();
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (held: Uint8Array) => new TextDecoder().decode(held);

describe.each([
  ['files', onFiles],
  ['S3 and DynamoDB', onS3],
])('a ledger in %s', (_, start) => {
  test('begins empty; each version follows the one that it was made from', async () => {
    const { open } = await start();
    const ledger = open();
    expect(await ledger.head()).toBeUndefined();
    await ledger.write({ after: undefined, version: 1, bytes: bytes('one'), publishing: true });
    expect(await ledger.head()).toEqual({ version: 1, publishing: true });
    await ledger.answered(1);
    expect(await ledger.head()).toEqual({ version: 1, publishing: false });
    await ledger.write({ after: 1, version: 2, bytes: bytes('two'), publishing: false });
    expect(await open().head()).toEqual({ version: 2, publishing: false });
    expect(text(await open().read(2))).toBe('two');
  });

  test('of two writers that began with the same version one is refused, and its bytes are nowhere', async () => {
    const { open } = await start();
    const [a, b] = [open(), open()];
    await a.write({ after: undefined, version: 1, bytes: bytes('one'), publishing: false });
    const writes = [a, b, open(), open()].map((ledger, i) =>
      ledger.write({ after: 1, version: 2, bytes: bytes(`by ${i}`), publishing: true }),
    );
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'FTE_LEDGER_CONFLICT' });
    expect(text(await open().read(2))).toBe(
      `by ${results.findIndex(({ status }) => status === 'fulfilled')}`,
    );
    await expect(
      b.write({ after: undefined, version: 3, bytes: bytes('from nothing'), publishing: false }),
    ).rejects.toMatchObject({ code: 'FTE_LEDGER_CONFLICT' });
  });

  test('a version that jumps leaves the one that does not behind', async () => {
    const { open } = await start();
    const ledger = open();
    await ledger.write({ after: undefined, version: 1, bytes: bytes('one'), publishing: false });
    await ledger.write({ after: 1, version: 16, bytes: bytes('sixteen'), publishing: false });
    await expect(
      open().write({ after: 1, version: 2, bytes: bytes('two'), publishing: false }),
    ).rejects.toMatchObject({ code: 'FTE_LEDGER_CONFLICT' });
    expect(text(await ledger.read(16))).toBe('sixteen');
  });

  test('an answer to a version that is not the newest anymore clears nothing', async () => {
    const ledger = (await start()).open();
    await ledger.write({ after: undefined, version: 1, bytes: bytes('one'), publishing: true });
    await ledger.write({ after: 1, version: 2, bytes: bytes('two'), publishing: true });
    await ledger.answered(1);
    expect(await ledger.head()).toEqual({ version: 2, publishing: true });
  });

  test('keeps the last three', async () => {
    const { open, names } = await start();
    for (let version = 1; version <= 6; version += 1)
      await open().write({
        after: version === 1 ? undefined : version - 1,
        version,
        bytes: bytes(`${version}`),
        publishing: false,
      });
    expect(await names()).toHaveLength(3);
    expect(text(await open().read(6))).toBe('6');
  });

  test('keeps what could not be read apart', async () => {
    const { open, quarantined } = await start();
    await open().quarantine('1-0-nobody.pb', bytes('?'));
    expect(await quarantined()).toEqual([expect.stringMatching(/1-0-nobody\.pb$/)]);
  });
});

describe('in files', () => {
  test('nothing of a write that was cut off is taken for a version; what is left lying about is harmless', async () => {
    const folder = newFolder();
    const ledger = fileLedger(folder);
    await ledger.write({ after: undefined, version: 1, bytes: bytes('one'), publishing: false });
    writeFileSync(join(folder, 'writing-1-2-3.5'), 'tw');
    writeFileSync(join(folder, 'answered-2'), '');
    expect(await ledger.head()).toEqual({ version: 1, publishing: false });
    await ledger.write({ after: 1, version: 2, bytes: bytes('two'), publishing: true });
    // The mark was of a version 2 that is no more.
    expect(await ledger.head()).toEqual({ version: 2, publishing: true });
    expect(readFileSync(join(folder, 'ledger-2.json.gz'), 'utf8')).toBe('two');
  });
});

describe('in S3', () => {
  test('a page of somebody else, answered with 200, is neither taken for a write nor read as a ledger', async () => {
    const { open } = await onS3();
    await open().write({ after: undefined, version: 1, bytes: bytes('one'), publishing: false });
    const page = createServer((request, response) => {
      request.resume().on('end', () => response.end('<html>Welcome to the network of this hotel.</html>'));
    });
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const itself = process.env.AWS_ENDPOINT_URL_S3 ?? '';
    process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    try {
      const ledger = open();
      await expect(
        ledger.write({ after: 1, version: 2, bytes: bytes('two'), publishing: true }),
      ).rejects.toMatchObject({ code: 'FTE_LEDGER_UNAVAILABLE', status: 503 });
      await expect(ledger.read(1)).rejects.toMatchObject({ code: 'FTE_LEDGER_UNAVAILABLE', status: 503 });
    } finally {
      process.env.AWS_ENDPOINT_URL_S3 = itself;
      page.closeAllConnections();
      page.close();
    }
    const ledger = open();
    expect(await ledger.head()).toEqual({ version: 1, publishing: false });
    expect(text(await ledger.read(1))).toBe('one');
  });
});
