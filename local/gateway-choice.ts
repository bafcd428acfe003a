import { ConfigError } from '../src/observability/errors.ts';
import { askGateway } from '../src/observability/push/gateway.ts';
import { startGateway } from './gateway/server.ts';
import { HOST } from './ports.ts';

/** Where `docker compose` puts the real Pushgateway. */
const REAL = 'http://127.0.0.1:9091';

export interface ChosenGateway {
  /** One URL, or several with commas. */
  readonly url: string;
  readonly description: string;
  stop(): Promise<void>;
}

/** The gateway that is configured; else the real one where it is ready; else the embedded stand-in. */
export async function chooseGateway(configured: string | undefined, port: number): Promise<ChosenGateway> {
  const stop = async () => undefined;
  if (configured) return { url: configured, description: 'from PUSHGATEWAY_URL', stop };
  const { outcome } = await askGateway({ method: 'GET', url: `${REAL}/-/ready`, deadlineMs: 500 });
  if (outcome === 'success') return { url: REAL, description: 'the Pushgateway found on port 9091', stop };
  const gateway = await startGateway({ port, host: HOST }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new ConfigError('FTE_LOCAL_GATEWAY_PORT', String(port), 'a port that nothing listens on');
  });
  return { url: gateway.url, description: 'embedded stand-in', stop: () => gateway.close() };
}
