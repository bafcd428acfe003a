import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fileLedger } from '../observability/fleet/file-ledger.ts';
import { type LedgerStore, ledgerConflict, ledgerUnavailable } from '../observability/fleet/ledger.ts';
import { requestHandler } from './aws-config.ts';
import type { Table } from './dynamodb/table.ts';

/** Where the ledger is kept: a folder on a laptop, a bucket on AWS. */
export type LedgerPlace = { readonly folder: string } | { readonly bucket: string };

const KEY = { pk: 'LEDGER', sk: 'LEDGER' } as const;
/** So many older versions stay, to be looked at or put back. */
const KEPT = 3;

interface Pointer {
  readonly version: number;
  readonly publishing: boolean;
  /** The objects of this version and of those before it, newest first. */
  readonly objects: readonly string[];
}

/**
 * The ledger as S3 objects, one a version, and a pointer in DynamoDB that a conditional write moves. An object's key
 * holds a nonce: of two writers of one version neither overwrites what the other's pointer may come to name.
 */
function bucketLedger(Bucket: string, table: Table): LedgerStore {
  const client = new S3Client({ forcePathStyle: true, maxAttempts: 3, requestHandler });

  /**
   * Whatever answers 200 in S3's place, as a network's own page, has no ETag. Were it believed, the pointer would name an
   * object that is not there, and no pass could ever begin again.
   */
  async function genuine<T extends { readonly ETag?: string | undefined }>(answer: Promise<T>): Promise<T> {
    const held = await answer.catch((cause: unknown) => {
      throw ledgerUnavailable(cause);
    });
    if (held.ETag === undefined) throw ledgerUnavailable(new Error("an answer that is not S3's"));
    return held;
  }
  const putObject = (Key: string, Body: Uint8Array, ContentType: string) =>
    genuine(client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType })));

  const pointer = async () => (await table.get(KEY)) as (Pointer & typeof KEY) | undefined;

  async function move(
    after: number | undefined,
    { version, publishing, objects }: Pointer,
  ): Promise<boolean> {
    if (after === undefined) return table.put({ ...KEY, version, publishing, objects }, true);
    const moved = await table.update(KEY, {
      UpdateExpression: 'SET version = :version, publishing = :publishing, objects = :objects',
      ConditionExpression: 'version = :after',
      ExpressionAttributeValues: {
        ':version': version,
        ':publishing': publishing,
        ':objects': objects,
        ':after': after,
      },
    });
    return moved !== undefined;
  }

  return {
    async head() {
      const held = await pointer();
      return held && { version: held.version, publishing: held.publishing };
    },
    async read(version) {
      const held = await pointer();
      const Key = held?.objects[0];
      if (held?.version !== version || Key === undefined) throw ledgerConflict(version);
      const { Body } = await genuine(client.send(new GetObjectCommand({ Bucket, Key })));
      if (Body === undefined) throw new Error(`the ledger ${Key} is empty`);
      return Body.transformToByteArray();
    },
    async write({ after, version, bytes, publishing }) {
      const older = (await pointer())?.objects ?? [];
      const Key = `ledger/${version}-${randomUUID()}.json.gz`;
      await putObject(Key, bytes, 'application/gzip');
      const objects = [Key, ...older];
      const moved = await move(after, { version, publishing, objects: objects.slice(0, KEPT) });
      const gone = moved ? objects.slice(KEPT) : [Key];
      for (const one of gone) await client.send(new DeleteObjectCommand({ Bucket, Key: one }));
      if (!moved) throw ledgerConflict(after);
    },
    async answered(version) {
      await table.update(KEY, {
        UpdateExpression: 'SET publishing = :no',
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':no': false, ':version': version },
      });
    },
    async quarantine(name, bytes) {
      await putObject(`quarantine/${name}`, bytes, 'application/octet-stream');
    },
  };
}

export function ledgerPort(place: LedgerPlace, table: Table): LedgerStore {
  return 'folder' in place ? fileLedger(place.folder) : bucketLedger(place.bucket, table);
}
