import { catalogue } from '../fte/catalogue.ts';
import { createFleet, type Fleet } from '../observability/fleet/fleet.ts';
import type { Config } from './config.ts';
import type { Table } from './dynamodb/table.ts';
import { ledgerPort } from './ledger.ts';
import { askGateway, log, observabilityConfig } from './telemetry.ts';

/** The fleet of this deployment. */
export function connectFleet(config: Config, table: Table): Fleet {
  return createFleet({
    catalogue,
    gateways: observabilityConfig.gateways,
    publishUrl: observabilityConfig.publishUrl,
    ledger: ledgerPort(config.ledger, table),
    log,
    ask: askGateway,
    timings: { debutMs: 2_000 * observabilityConfig.scrapeIntervalS },
  });
}
