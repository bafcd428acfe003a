import { partsOf, type WhatsAppProvider } from '../../fte/channels/whatsapp.ts';
import { DeliveryRefused } from '../../fte/errors.ts';
import type { ReplySender } from '../../fte/ports.ts';
import type { WhatsAppSending } from '../channels/config.ts';
import { secretSource } from '../secrets.ts';
import { metaSender } from './meta-sender.ts';
import { twilioSender } from './twilio-sender.ts';

/** The provider, made with its secret when it is first needed, and made again after it refused the secret. */
function providerOf(config: WhatsAppSending): () => Promise<WhatsAppProvider> {
  const secret = secretSource(config.provider === 'twilio' ? config.authToken : config.accessToken);
  return async () => {
    const key = await secret.get();
    const { baseUrl } = config;
    const provider =
      config.provider === 'twilio'
        ? twilioSender({ ...config, authToken: key, statusUrl: config.statusUrl, baseUrl })
        : metaSender({ accessToken: key, phoneNumberId: config.phoneNumberId, baseUrl });
    return {
      name: provider.name,
      send: (input) =>
        provider.send(input).catch((error: unknown) => {
          if ((error as { reason?: unknown }).reason === 'unauthorized') secret.forget();
          throw error;
        }),
    };
  };
}

/** Sends a reply through WhatsApp, part after part. What was accepted is noted, so that it is not sent again. */
export function whatsappReplySender(config: WhatsAppSending): ReplySender {
  const provider = providerOf(config);
  return {
    async send(reply, progress) {
      const { send } = await provider().catch((cause: unknown) => {
        throw new DeliveryRefused('The secret of the WhatsApp provider can not be had.', cause);
      });
      for (const [index, { text, clientReference }] of partsOf(reply).entries()) {
        if (index < progress.partsSent) continue;
        await send({ to: reply.to.value, text, clientReference });
        await progress.partSent(index + 1);
      }
    },
  };
}
