import { createServer, type Server } from 'node:http';
import { renderText, TEXT_FORMAT } from '../exposition.ts';
import type { Family } from '../families.ts';
import { encodeDelimited, PROTOBUF_FORMAT } from '../push/protobuf.ts';

/** Serves totals for scraping: no publication that could arrive late, and no gateway between Prometheus and the fleet. */
export interface ScrapeServer {
  readonly server: Server;
  /** From now on these are served. */
  update(families: readonly Family[]): void;
  /** What the last scrape was given: a new series shows its value only once its 0 was seen. */
  seen(): readonly Family[];
}

export function createScrapeServer(): ScrapeServer {
  let current: readonly Family[] | undefined;
  let seen: readonly Family[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    const answer = (status: number, type: string, body: string | Uint8Array) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'text/plain', 'GET only\n');
    else if (path === '/-/healthy') answer(200, 'text/plain', 'OK\n');
    else if (path !== '/metrics' && path !== '/-/ready')
      answer(404, 'text/plain', 'GET /metrics, /-/ready, /-/healthy\n');
    else if (current === undefined) answer(503, 'text/plain', 'nothing was folded yet\n');
    else if (path === '/-/ready') answer(200, 'text/plain', 'OK\n');
    else {
      seen = current;
      // Exemplars cross a scrape only as protobuf.
      const protobuf = (request.headers.accept ?? '').includes('application/vnd.google.protobuf');
      if (protobuf) answer(200, PROTOBUF_FORMAT, encodeDelimited(current));
      else answer(200, TEXT_FORMAT, renderText(current));
    }
  });
  return {
    server,
    update(families) {
      current = families;
    },
    seen: () => seen,
  };
}
