import * as z from 'zod/mini';
import { normaliseAddress, statusOf } from '../../fte/channels/whatsapp.ts';
import type { Instant } from '../../fte/entities.ts';
import type { DeliveryStatus } from '../../fte/vocabulary.ts';

export interface MetaMessage {
  /** The message's wamid, the same when Meta repeats the webhook. */
  readonly id: string;
  /** E.164, or the user's id at this business where they hide their number. */
  readonly from: string;
  readonly name: string | undefined;
  /** Meta's word: `text`, or `image`, `audio`, `location` and so on. */
  readonly type: string;
  /** The words that came with it: the text, a caption, the button that was pressed. */
  readonly text: string | undefined;
  /** When Meta received it. */
  readonly timestamp: Instant | undefined;
}

export interface MetaStatus {
  /** The wamid of our message. */
  readonly id: string;
  readonly status: DeliveryStatus;
  readonly timestamp: Instant | undefined;
  /** Meta's own, as 131047; of failures only. */
  readonly errors: readonly { readonly code: number; readonly title: string | undefined }[];
  /** The reference that the message was sent with. */
  readonly clientReference: string | undefined;
}

const ID_LENGTH = 256;
const id = z.string().check(z.minLength(1), z.maxLength(ID_LENGTH));
const words = z.catch(z.optional(z.string()), undefined);
const titled = z.catch(z.optional(z.object({ title: words })), undefined);
const captioned = z.catch(z.optional(z.object({ caption: words })), undefined);

const messageSchema = z.object({
  id,
  from: words,
  from_user_id: words,
  timestamp: words,
  type: z.string(),
  text: z.catch(z.optional(z.object({ body: words })), undefined),
  button: z.catch(z.optional(z.object({ text: words })), undefined),
  interactive: z.catch(z.optional(z.object({ button_reply: titled, list_reply: titled })), undefined),
  image: captioned,
  video: captioned,
  document: captioned,
});

const contactSchema = z.object({
  wa_id: words,
  user_id: words,
  profile: z.catch(z.optional(z.object({ name: words })), undefined),
});

const statusSchema = z.object({
  id,
  status: z.string(),
  timestamp: words,
  errors: z.catch(z.optional(z.array(z.object({ code: z.number(), title: words }))), undefined),
  biz_opaque_callback_data: words,
});

/** They come from a customer, but nobody expects an answer to them. */
const SILENT_TYPES = new Set(['reaction', 'system', 'request_welcome']);

function instant(seconds: string | undefined): Instant | undefined {
  return seconds !== undefined && /^\d{1,11}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function wordsOf(message: z.infer<typeof messageSchema>): string | undefined {
  const { text, button, interactive, image, video, document } = message;
  const found =
    text?.body ??
    button?.text ??
    interactive?.button_reply?.title ??
    interactive?.list_reply?.title ??
    (image ?? video ?? document)?.caption;
  // JSON can spell half a character, which no database keeps.
  return found?.toWellFormed();
}

/** The messages of one change that can be read; why the others can't is added to `ignored`. */
export function readMetaMessages(
  items: readonly unknown[],
  contacts: readonly unknown[],
  ignored: string[],
): readonly MetaMessage[] {
  const names = new Map<string, string>();
  for (const contact of contacts) {
    const { data } = contactSchema.safeParse(contact);
    const name = data?.profile?.name?.toWellFormed();
    for (const key of [data?.wa_id, data?.user_id]) {
      if (key !== undefined && name) names.set(key, name);
    }
  }
  return items.flatMap((item) => {
    const { data } = messageSchema.safeParse(item);
    if (data === undefined) {
      ignored.push('a message that is not as documented');
      return [];
    }
    const { from: number, from_user_id: user, type } = data;
    const from = normaliseAddress(number ?? '') ?? normaliseAddress(user ?? '');
    if (SILENT_TYPES.has(type) || from === undefined) {
      ignored.push(from === undefined ? 'a message without a sender' : `a message of type ${type}`);
      return [];
    }
    const name = names.get(number ?? '') ?? names.get(user ?? '');
    return [{ id: data.id, from, name, type, text: wordsOf(data), timestamp: instant(data.timestamp) }];
  });
}

/** The statuses of one change that can be read; why the others can't is added to `ignored`. */
export function readMetaStatuses(items: readonly unknown[], ignored: string[]): readonly MetaStatus[] {
  return items.flatMap((item) => {
    const { data } = statusSchema.safeParse(item);
    const status = data === undefined ? undefined : statusOf('meta', data.status);
    if (data === undefined || status === undefined) {
      ignored.push(
        data === undefined
          ? 'a status that is not as documented'
          : `the status ${JSON.stringify(data.status.slice(0, 40))} tells nothing`,
      );
      return [];
    }
    return [
      {
        id: data.id,
        status,
        timestamp: instant(data.timestamp),
        errors: (data.errors ?? []).map(({ code, title }) => ({ code, title })),
        clientReference: data.biz_opaque_callback_data,
      },
    ];
  });
}
