import type { HttpRequest, HttpResponse } from '../observability/http.ts';
import { requireOperator } from './operator-keys.ts';

interface Tools {
  readonly correlationId: string;
}
type Work = (request: HttpRequest, tools: Tools) => Promise<HttpResponse>;

/** Makes routes that want an operator's key. Nothing of a request is looked at before its key was. */
export function operatorRoutes(keyHashes: readonly string[]) {
  return (work: Work): Work =>
    async (request, tools) => {
      requireOperator(request.headers['x-api-key'], keyHashes);
      return work(request, tools);
    };
}
