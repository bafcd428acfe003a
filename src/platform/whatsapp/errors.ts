import { DeliveryRefused } from '../../fte/errors.ts';
import { ServiceError } from '../../observability/errors.ts';

/** A webhook whose signature is missing or wrong: it may come from anybody. */
export function badSignature(): ServiceError {
  return new ServiceError({
    code: 'FTE_SIGNATURE',
    type: 'signature',
    status: 403,
    message: 'The signature of this request is missing or wrong.',
    component: 'whatsapp',
  });
}

/** A subscription that somebody else tries to confirm. */
export function wrongVerifyToken(): ServiceError {
  return new ServiceError({
    code: 'FTE_VERIFY_TOKEN',
    type: 'auth',
    status: 403,
    message: 'This request does not verify the webhook.',
    component: 'whatsapp',
  });
}

/** A webhook that is signed, but is not what the provider documents. */
export function malformedWebhook(what: string, cause?: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_WEBHOOK_MALFORMED',
    type: 'parse',
    status: 400,
    message: `The webhook is not usable: ${what}.`,
    component: 'whatsapp',
    cause,
  });
}

/** Why a provider did not take a message. */
export type RefusalReason = 'outside_window' | 'rate_limited' | 'unauthorized' | 'rejected' | 'unreachable';

/** The provider surely did not take the message. */
export class WhatsAppRefused extends DeliveryRefused {
  readonly reason: RefusalReason;
  /** The provider's own error code. */
  readonly providerCode: number | undefined;

  constructor(options: {
    readonly message: string;
    readonly reason: RefusalReason;
    readonly permanent: boolean;
    readonly providerCode?: number | undefined;
    readonly cause?: unknown;
  }) {
    super(options.message, options.cause, options.permanent);
    this.reason = options.reason;
    this.providerCode = options.providerCode;
  }
}

/** Nobody knows whether the provider took the message: it must not be sent again. */
export function deliveryInDoubt(what: string, cause?: unknown): ServiceError {
  const timedOut = (Object(cause) as { name?: unknown }).name === 'TimeoutError';
  return new ServiceError({
    code: 'FTE_DELIVERY_IN_DOUBT',
    type: timedOut ? 'timeout' : 'delivery',
    status: 502,
    message: `It is unknown whether the provider took the message: ${what}.`,
    component: 'delivery',
    cause,
  });
}
