import type { Outgoing } from '../../traffic/requests.ts';
import type { ServerlessYml } from '../running/serverless-yml.ts';

type Request = Pick<Outgoing, 'method' | 'path' | 'headers' | 'body'>;

const pattern = (template: string) =>
  new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>[^/]+)`)}$`);

/** The function that a request goes to, and the event (payload 2.0) that the HTTP API makes of it. `receivedAt`: by the API's clock. */
export function apiEvent(
  { functions }: ServerlessYml,
  { method, path, headers, body }: Request,
  receivedAt = Date.now(),
) {
  const { pathname, searchParams, search } = new URL(path, 'http://api');
  for (const [functionKey, { events = [] }] of Object.entries(functions)) {
    for (const { httpApi = '' } of events) {
      const [verb, template = ''] = httpApi.split(' ');
      const match = verb === method ? pattern(template).exec(pathname) : null;
      if (match === null) continue;
      const event = {
        version: '2.0',
        routeKey: httpApi,
        rawPath: pathname,
        rawQueryString: search.slice(1),
        headers,
        pathParameters: { ...match.groups },
        queryStringParameters: Object.fromEntries(searchParams),
        requestContext: { http: { method, path: pathname, sourceIp: '127.0.0.1' }, timeEpoch: receivedAt },
        body,
        isBase64Encoded: false,
      };
      return { functionKey, event };
    }
  }
  throw new Error(`no function serves ${method} ${path}`);
}
