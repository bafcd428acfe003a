/** A key with one of these words anywhere holds somebody's data or a secret, whatever else it says. */
const ANYWHERE = new Set(
  (
    'email emails phone phones telephone mobile msisdn fax iban bic ssn cvv cvc passport birthday birthdate dob ' +
    'password passwords passwd pwd passphrase secret secrets authorization cookie cookies signature signatures ' +
    'credential credentials card cardholder'
  ).split(' '),
);

/** A key whose last word is one of these. */
const AT_THE_END = new Set(
  (
    'address addresses street zip zipcode postcode postal city from to cc bcc recipient recipients sender contact ' +
    'contacts subject text texts body bodies html caption snippet prompt transcript message messages comment content ' +
    'contents question answer token auth jwt ip surname username nickname firstname lastname fullname displayname ' +
    'profilename author assignee'
  ).split(' '),
);

/** The whole key, its words written together. */
const WHOLE = new Set(
  'name names value values waid sourceip remoteaddress forwardedfor xforwardedfor accountnumber taxid'.split(
    ' ',
  ),
);

/** Before `name`: a person's. Others, as a tool's or a queue's, are what an operator looks for. */
const NAMED =
  /^(?:first|last|middle|given|family|maiden|full|display|profile|customer|user|contact|sender|recipient|author|person|holder|client|guest|from|to)$/;
/** Before `key`: a secret one. Others, as an idempotency key's, are ids. */
const KEYED = /^(?:api|secret|private|access|master|encryption|signing)$/;

/** What a key ends with when it tells of the data rather than holds it: `email_status`, `token_count`, `body_bytes`. */
const ABOUT = new Set(
  'id ids count counts bytes length size limit ms seconds status type kind valid verified code parameter total'.split(
    ' ',
  ),
);

/** Bounded: keys come from outside, too. */
const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 64;
const known = new Map<string, boolean>();

function decide(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const whole = words.join('');
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (WHOLE.has(whole) || ANYWHERE.has(whole) || AT_THE_END.has(whole)) return true;
  if (ABOUT.has(last)) return false;
  if (words.some((word) => ANYWHERE.has(word)) || AT_THE_END.has(last)) return true;
  return (
    (last === 'name' && NAMED.test(before)) || (last === 'key' && KEYED.test(before)) || whole === 'apikey'
  );
}

/** Whether what stands under a key is never logged: compared without case, `_`, `-` and the humps of camels. */
export function isSensitiveKey(key: string): boolean {
  const before = known.get(key);
  if (before !== undefined) return before;
  if (key.length > LONGEST_KNOWN) return decide(key.slice(0, 4 * LONGEST_KNOWN));
  const sensitive = decide(key);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, sensitive);
  return sensitive;
}
