import type { HealthChecks } from '../fte/operations/health.ts';
import type { ChannelConfig, WhatsAppSending } from './channels/config.ts';
import type { ModelConfig } from './models/config.ts';
import { reach, reachWith, remembered } from './reachable.ts';
import { secretSource } from './secrets.ts';
import type { Service } from './service.ts';
import { askGateway } from './telemetry.ts';
import { META_API_VERSION, META_BASE_URL } from './whatsapp/meta-sender.ts';
import { TWILIO_BASE_URL } from './whatsapp/twilio-sender.ts';

type Check = () => Promise<unknown>;

/** Too many requests are the answer of somebody who is there and knows us. */
const accepts = (status: number) => (status >= 200 && status < 300) || status === 429;

/** No token is spent: the list of models is asked for, and an endpoint that has none is there all the same. */
function modelCheck(config: ModelConfig): Check {
  // The playbook runs inside the process: it is there when the process is.
  if (config.provider === 'playbook') return async () => undefined;
  if (config.provider === 'bedrock') {
    const { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: own } = process.env;
    const url = own ?? `https://bedrock-runtime.${config.region}.amazonaws.com`;
    // Unsigned: a refusal is what an endpoint that is there answers.
    return () => reach(url, {}, (status) => status < 500);
  }
  const url = `${config.url}/models`;
  const refuses = new Set([401, 403]);
  const isThere = (status: number) => status < 500 && !refuses.has(status);
  if (config.key === undefined) return () => reach(url, {}, isThere);
  const key = secretSource(config.key);
  return () => reachWith(key, url, (held) => `Bearer ${held}`, isThere);
}

/** Whether SES lets this account send. */
function mailCheck(): Check {
  return async () => {
    const { GetAccountCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 1_500, throwOnRequestTimeout: true };
    const client = new SESv2Client({ maxAttempts: 1, requestHandler });
    try {
      const { SendingEnabled } = await client.send(new GetAccountCommand({}));
      if (SendingEnabled !== true) throw new Error('the account may not send');
    } finally {
      client.destroy();
    }
  };
}

/** Our own account or number, read with the secret that sends. */
function whatsappCheck(config: WhatsAppSending): Check {
  if (config.provider === 'twilio') {
    const { accountSid, baseUrl = TWILIO_BASE_URL } = config;
    const url = `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}.json`;
    const basic = (held: string) => `Basic ${Buffer.from(`${accountSid}:${held}`).toString('base64')}`;
    const token = secretSource(config.authToken);
    return () => reachWith(token, url, basic, accepts);
  }
  const { phoneNumberId, baseUrl = META_BASE_URL } = config;
  const url = `${baseUrl}/${META_API_VERSION}/${encodeURIComponent(phoneNumberId)}?fields=id`;
  const token = secretSource(config.accessToken);
  return () => reachWith(token, url, (held) => `Bearer ${held}`, accepts);
}

async function askGateways(gateways: readonly string[]): Promise<void> {
  const answers = await Promise.all(
    gateways.map((url) => askGateway({ method: 'GET', url: `${url}/-/ready`, deadlineMs: 1_500 })),
  );
  if (answers.some((answer) => answer.outcome !== 'success')) throw new Error('a gateway is not ready');
}

/** How each dependency is asked whether it is there. What is not configured is not asked, and not reported. */
export function healthChecks(
  service: Service,
  gateways: readonly string[],
  model: ModelConfig,
  { mail, whatsapp }: Pick<ChannelConfig, 'mail' | 'whatsapp'>,
): HealthChecks {
  // With an outbox nothing leaves the house.
  const sends = service.config.outboxFile === undefined;
  return {
    database: () => service.table.get({ pk: 'HEALTH', sk: 'HEALTH' }),
    queue: () => service.queue.size('incoming'),
    ...(gateways.length === 0 ? {} : { gateway: () => askGateways(gateways) }),
    model: remembered(modelCheck(model)),
    ...(sends && mail !== undefined ? { mail: remembered(mailCheck()) } : {}),
    ...(sends && whatsapp !== undefined ? { whatsapp: remembered(whatsappCheck(whatsapp)) } : {}),
  };
}
