import { ServiceError } from '../../src/observability/errors.ts';
import { type SecretSource, withSecret } from '../../src/platform/secrets.ts';

const refusal = new ServiceError({ code: 'X', type: 'signature', status: 403, message: 'm' });
const MINUTE = 60_000;

/** A check of callers that know `stored`, and how often it was asked for anew. */
function door(stored: { value: string | Error }) {
  let held: string | undefined;
  let time = 0;
  const seen = { renewals: 0 };
  const fetched = () => {
    if (stored.value instanceof Error) throw stored.value;
    held = stored.value;
    return held;
  };
  const source: SecretSource = {
    get: async () => held ?? fetched(),
    forget: () => undefined,
    renew: async () => {
      seen.renewals += 1;
      return fetched();
    },
  };
  const checked = withSecret(source, () => time);
  const knocks = (given: string) =>
    checked((secret) => {
      if (given !== secret) throw refusal;
      return 'in';
    });
  return { seen, checked, knocks, later: (ms: number) => (time += ms) };
}

test('what is refused with the secret held is checked with the one of now, once a minute', async () => {
  const stored = { value: 'a' as string | Error };
  const { knocks, later, seen } = door(stored);
  expect(await knocks('a')).toBe('in');
  for (let i = 0; i < 5; i++) await expect(knocks('forged')).rejects.toBe(refusal);
  expect(seen.renewals).toBe(1);
  stored.value = 'b';
  await expect(knocks('b')).rejects.toBe(refusal);
  later(MINUTE - 1);
  await expect(knocks('b')).rejects.toBe(refusal);
  later(1);
  expect(await knocks('b')).toBe('in');
  await expect(knocks('a')).rejects.toBe(refusal);
  expect(seen.renewals).toBe(2);
});

test('while the store fails, what is refused learns of it, and who knows the secret held gets in', async () => {
  const stored = { value: 'a' as string | Error };
  const { knocks, seen } = door(stored);
  expect(await knocks('a')).toBe('in');
  const failure = new Error('no store');
  stored.value = failure;
  await expect(knocks('b')).rejects.toBe(failure);
  await expect(knocks('b')).rejects.toBe(refusal);
  expect(await knocks('a')).toBe('in');
  expect(seen.renewals).toBe(1);
});

test('any other error is none of the secret', async () => {
  const { checked, seen } = door({ value: 'a' });
  const broken = new ServiceError({ code: 'Y', type: 'parse', status: 400, message: 'm' });
  const check = () => {
    throw broken;
  };
  await expect(checked(check)).rejects.toBe(broken);
  expect(seen.renewals).toBe(0);
});
