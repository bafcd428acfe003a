/** The database did the work, and its answer was lost: what the SDK then repeats must neither happen twice nor count as refused. */
import { startLosingProxy } from '../../running/losing-proxy.ts';
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
let proxy: Awaited<ReturnType<typeof startLosingProxy>>;
let table: ReturnType<typeof import('../../../src/platform/dynamodb/table.ts')['openTable']>;
/** The answers to requests that name this are lost, once each. */
const losing = new Set<string>();

beforeAll(async () => {
  service = await startService();
  proxy = await startLosingProxy(service.standIns.dynamodbUrl, (body) => {
    const name = [...losing].find((one) => body.includes(one));
    if (name !== undefined) losing.delete(name);
    return name !== undefined;
  });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = proxy.url;
  const { openTable } = await import('../../../src/platform/dynamodb/table.ts');
  table = openTable(process.env.FTE_TABLE ?? '');
});
afterAll(async () => {
  proxy.close();
  await service.stop();
});

const key = (name: string) => ({ pk: name, sk: 'X' });
const open = { UpdateExpression: 'SET #s = :open', ConditionExpression: 'attribute_not_exists(#s)', ExpressionAttributeNames: { '#s': 'state' }, ExpressionAttributeValues: { ':open': 'open' } }; // biome-ignore format: short

test('a conditional put whose answer was lost has succeeded', async () => {
  losing.add('lost-put');
  expect(await table.put({ ...key('lost-put'), a: 1 }, true)).toBe(true);
  expect(proxy.lost()).toBe(1);
  expect(await table.put({ ...key('lost-put'), a: 2 }, true)).toBe(false);
  expect(await table.get(key('lost-put'))).toMatchObject({ a: 1 });
});

test("somebody else's item is in the way, lost answer or not", async () => {
  await table.put({ ...key('taken'), a: 1 }, true);
  losing.add('taken');
  expect(await table.put({ ...key('taken'), a: 2 }, true)).toBe(false);
});

test('a conditional update whose answer was lost has succeeded, and another one has not', async () => {
  await table.put(key('lost-update'), true);
  losing.add('lost-update');
  expect(await table.update(key('lost-update'), open)).toMatchObject({ state: 'open' });
  expect(await table.update(key('lost-update'), open)).toBeUndefined();
});
