import { ServiceError } from '../errors.ts';

/** Which ledger is the newest. */
export interface LedgerHead {
  readonly version: number;
  /** Its totals were about to be published, and nobody noted that the gateway has answered. */
  readonly publishing: boolean;
}

export interface LedgerWrite {
  /** The version that this one was made from; undefined for the first. */
  readonly after: number | undefined;
  /** Larger than `after`. */
  readonly version: number;
  readonly bytes: Uint8Array;
  /** Its totals will be published: noted together with it, and cleared by `answered`. */
  readonly publishing: boolean;
}

/**
 * Where the fleet's memory is kept, durably. Of two writers that began with the same version only one gets its own
 * written: that is the fence which makes the fleet handler one writer, however many of them run.
 */
export interface LedgerStore {
  head(): Promise<LedgerHead | undefined>;
  /** @throws {ServiceError} `FTE_LEDGER_UNAVAILABLE`, or `FTE_LEDGER_CONFLICT` when there is a newer one by now. */
  read(version: number): Promise<Uint8Array>;
  /** @throws {ServiceError} `FTE_LEDGER_UNAVAILABLE`, or `FTE_LEDGER_CONFLICT` when `after` is not the newest version anymore. */
  write(ledger: LedgerWrite): Promise<void>;
  /** The publication of `version` was answered. Harmless when that is not the newest anymore. */
  answered(version: number): Promise<void>;
  /** Keeps what could not be read, for a person to look at. */
  quarantine(name: string, bytes: Uint8Array): Promise<void>;
}

/** What keeps the ledger did not answer, or not as itself; nothing was published. */
export function ledgerUnavailable(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_LEDGER_UNAVAILABLE',
    type: 'internal',
    status: 503,
    message: 'The ledger can not be reached right now.',
    cause,
  });
}

export function ledgerConflict(after: number | undefined): ServiceError {
  return new ServiceError({
    code: 'FTE_LEDGER_CONFLICT',
    type: 'internal',
    status: 503,
    message: `The ledger is no longer at version ${after ?? 'none'}: another fleet handler wrote it.`,
  });
}
