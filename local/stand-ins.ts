import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { startCloudWatch } from './cloudwatch.ts';
import { HOST } from './ports.ts';

/** What stands in for AWS inside this process. */
export interface StandIns {
  readonly dynamodbUrl: string;
  /** Speaks both SQS and S3. */
  readonly sqsUrl: string;
  /** Knows the age of the queues' oldest messages. */
  readonly cloudwatchUrl: string;
  stop(): Promise<void>;
}

type Dynalite = (options: { createTableMs: number; path?: string }) => Server;
const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;

function startDynamoDb(path: string | undefined): Promise<{ url: string; server: Server }> {
  const server = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ url: `http://${HOST}:${port}`, server });
    });
  });
}

/** Starts them on free ports. With `dataDir` what they hold outlives the process, else it is gone with it. */
export async function startStandIns(region: string, dataDir: string | undefined): Promise<StandIns> {
  const dynamodb = await startDynamoDb(dataDir && join(dataDir, 'dynamodb'));
  const queues: FauxqsServer = await startFauxqs({
    port: 0,
    host: HOST,
    logger: false,
    defaultRegion: region,
    ...(dataDir === undefined ? {} : { dataDir: join(dataDir, 'sqs') }),
  });
  const cloudwatch = await startCloudWatch(queues);
  return {
    dynamodbUrl: dynamodb.url,
    cloudwatchUrl: cloudwatch.url,
    sqsUrl: `http://${HOST}:${queues.port}`,
    async stop() {
      await Promise.all([queues.stop(), cloudwatch.close()]);
      dynamodb.server.closeAllConnections();
      await new Promise((resolve) => dynamodb.server.close(resolve));
    },
  };
}
