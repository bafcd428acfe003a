import fc from 'fast-check';
import {
  isSignedByTwilio,
  readForm,
  twilioSignature,
} from '../../../src/platform/whatsapp/twilio-signature.ts';

const authToken = '12345';
const form = (pairs: readonly (readonly [string, string])[] | Record<string, string>) =>
  new URLSearchParams(pairs as Record<string, string>).toString();
const read = (body: string) => readForm(Buffer.from(body));
const signed = (url: string, body: string, signature: string | undefined, token = authToken) =>
  isSignedByTwilio({ authToken: token, url }, read(body), signature);

/** https://www.twilio.com/docs/usage/webhooks/webhooks-security, the worked example. */
const EXAMPLE = {
  url: 'https://example.com/myapp.php?foo=1&bar=2',
  body: form({
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675310',
    Digits: '1234',
    From: '+14158675310',
    To: '+18005551212',
  }),
  signature: 'L/OH5YylLD5NRKLltdqwSvS0BnU=',
};

/** The form of the vectors in the tests of Twilio's libraries (twilio-php, twilio-csharp: RequestValidatorTest). */
const LIBRARIES = form({
  Digits: '1234',
  To: '+18005551212',
  CallSid: 'CA1234567890ABCDE',
  From: '+14158675309',
  Caller: '+14158675309',
});

test("Twilio's worked example", () => {
  expect(twilioSignature(authToken, EXAMPLE.url, read(EXAMPLE.body))).toBe(EXAMPLE.signature);
  expect(signed(EXAMPLE.url, EXAMPLE.body, EXAMPLE.signature)).toBe(true);
});

test.each([
  ['https://mycompany.com/myapp.php?foo=1&bar=2', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ['https://mycompany.com:1234/myapp.php?foo=1&bar=2', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ['https://mycompany.com:1234/myapp.php?foo=1&bar=2', 'CYn1h0gLBdNxDGkKJg6hYohgeD8='],
  ['https://mycompany.com/myapp.php?foo=1&bar=2', 'kvajT1Ptam85bY51eRf/AJRuM3w='],
  ['http://mycompany.com/myapp.php?foo=1&bar=2', '0ZXoZLH/DfblKGATFgpif+LLRf4='],
  ['http://mycompany.com:1234/myapp.php?foo=1&bar=2', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
  ['https://MyCompany.com/myapp.php?foo=1&bar=2', 'g9IN/x4Cft2g517EjYvEvM/W7LU='],
  ['https://MyCompany.com:1234/myapp.php?foo=1&bar=2', 'PCqOZm8cnu/L6+u5i5fuEd+Iac4='],
  ['http://MyCompany.com/myapp.php?foo=1&bar=2', 'XY7AlKOKL6im4yWyX84gldUrtis='],
  ['https://user:pass@mycompany.com/myapp.php?foo=1&bar=2', 'CukzLTc1tT5dXEDIHm/tKBanW10='],
  ['https://user:pass@mycompany.com/myapp.php?foo=1&bar=2', 'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI='],
  ['https://user@mycompany.com/myapp.php?foo=1&bar=2', '2YRLlVAflCqxaNicjMpJcSTgzSs='],
])('the vector of its libraries for %s, with %s', (url, signature) => {
  expect(signed(url, LIBRARIES, signature)).toBe(true);
});

test('the vector of its libraries for a repeated name, whose values may come in any order', () => {
  const signature = 'IK+Dwps556ElfBT0I3Rgjkr1wJU=';
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  for (const digits of [
    ['5678', '1234', '1234'],
    ['1234', '5678'],
    ['1234', '1234', '5678'],
  ]) {
    const pairs = [['SidAccount', 'AC123'], ...digits.map((one) => ['Digits', one]), ['Sid', 'CA123']];
    expect(signed(url, form(pairs as [string, string][]), signature)).toBe(true);
  }
  expect(signed(url, 'Sid=CA123&SidAccount=AC123&Digits=1234', signature)).toBe(false);
});

test.each([
  ['another host', 'https://example.org/myapp.php?foo=1&bar=2'],
  ['another scheme', 'http://example.com/myapp.php?foo=1&bar=2'],
  ['another path', 'https://example.com/myapp.ph?foo=1&bar=2'],
  ['a slash at the end', 'https://example.com/myapp.php/?foo=1&bar=2'],
  ['another query', 'https://example.com/myapp.php?foo=1&bar=3'],
  ['another order of the query', 'https://example.com/myapp.php?bar=2&foo=1'],
  ['no query', 'https://example.com/myapp.php'],
  ['no URL', 'example.com'],
  ['nothing', ''],
])('%s does not verify', (_, url) => {
  expect(signed(url, EXAMPLE.body, EXAMPLE.signature)).toBe(false);
});

test.each([
  ['none', undefined],
  ['an empty one', ''],
  ['one without padding', 'L/OH5YylLD5NRKLltdqwSvS0BnU'],
  ['one with more padding', 'L/OH5YylLD5NRKLltdqwSvS0BnU=='],
  ['the alphabet of URLs', 'L_OH5YylLD5NRKLltdqwSvS0BnU='],
  ['the same bytes, spelt otherwise', 'L/OH5YylLD5NRKLltdqwSvS0BnV='],
  ['white space', ' L/OH5YylLD5NRKLltdqwSvS0BnU='],
  ['other letters', 'l/oh5yylld5nrklltdqwsvs0bnu='],
  ['one that is there twice', 'L/OH5YylLD5NRKLltdqwSvS0BnU=, L/OH5YylLD5NRKLltdqwSvS0BnU='],
  ['hex', '2ff387e58ca52c3e4d44a2e5b5dab04af4b40675'],
  ['no ASCII', 'Ł/OH5YylLD5NRKLltdqwSvS0BnU='],
])('%s is no signature', (_, signature) => {
  expect(signed(EXAMPLE.url, EXAMPLE.body, signature)).toBe(false);
});

test('an empty parameter is signed too', () => {
  const body = `${EXAMPLE.body}&ButtonText=`;
  const signature = twilioSignature(authToken, EXAMPLE.url, read(body));
  expect(signed(EXAMPLE.url, body, signature)).toBe(true);
  expect(signed(EXAMPLE.url, EXAMPLE.body, signature)).toBe(false);
  expect(signed(EXAMPLE.url, body, EXAMPLE.signature)).toBe(false);
});

test('names are sorted by their characters, capitals first', () => {
  const url = 'https://example.com/';
  const sorted = twilioSignature(authToken, `${url}B2Za1b`, new Map());
  expect(twilioSignature(authToken, url, read('a=1&b=&Z=&B=2'))).toBe(sorted);
});

test('an empty token signs nothing', () => {
  const signature = twilioSignature('', EXAMPLE.url, read(EXAMPLE.body));
  expect(signed(EXAMPLE.url, EXAMPLE.body, signature, '')).toBe(false);
});

test('a form is read as browsers write it', () => {
  expect([...read('a=1+2%2B3&b=&c&a=%F0%9F%98%80&?x=y&%zz=%&=v')]).toEqual([
    ['a', ['1 2+3', '😀']],
    ['b', ['']],
    ['c', ['']],
    ['?x', ['y']],
    ['%zz', ['%']],
    ['', ['v']],
  ]);
  expect([...read('?x=y')]).toEqual([['?x', ['y']]]);
  expect([...read('')]).toEqual([]);
});

/** What stands behind the URL in the text that is signed. */
const signedText = (parameters: ReturnType<typeof read>) =>
  [...parameters.keys()]
    .sort()
    .flatMap((name) => [...new Set(parameters.get(name))].sort().map((value) => name + value))
    .join('');

describe('whatever is signed', () => {
  const names = [
    'MessageSid',
    'From',
    'To',
    'Body',
    'NumMedia',
    'ProfileName',
    'WaId',
    'ButtonText',
  ] as const;
  const forms = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.string({ unit: 'binary' })), {
      selector: ([name]) => name,
      minLength: 1,
    })
    .map((pairs) => pairs.map(([name, value]) => [name, value.toWellFormed()] as const));
  const urls = fc.webUrl({ withQueryParameters: true });
  const tokens = fc.string({ minLength: 1 });
  const scenes = fc.record({ token: tokens, url: urls, pairs: forms }).map(({ token, url, pairs }) => {
    const body = form(pairs);
    return { token, url, pairs, body, signature: twilioSignature(token, url, read(body)) };
  });

  test('verifies, in any order of its parameters', () => {
    fc.assert(
      fc.property(scenes, ({ token, url, pairs, body, signature }) => {
        expect(signed(url, body, signature, token)).toBe(true);
        expect(signed(url, form([...pairs].reverse()), signature, token)).toBe(true);
      }),
    );
  });

  test('does not verify once a byte of the body says something else', () => {
    fc.assert(
      fc.property(scenes, fc.nat(), fc.integer({ min: 1, max: 255 }), (scene, at, flip) => {
        const bytes = Buffer.from(scene.body);
        const place = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(place) ^ flip, place);
        const other = readForm(bytes);
        // Names and values are signed without a mark between them: `AB=C` and `A=BC` are one text by Twilio's design.
        const same = signedText(other) === signedText(read(scene.body));
        const config = { authToken: scene.token, url: scene.url };
        expect(isSignedByTwilio(config, other, scene.signature)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  test('does not verify with a parameter less or more, another URL, token or signature', () => {
    fc.assert(
      fc.property(scenes, fc.nat(), ({ token, url, pairs, body, signature }, at) => {
        const less = pairs.filter((_, index) => index !== at % pairs.length);
        expect(signed(url, form(less), signature, token)).toBe(false);
        expect(signed(url, `${body}&More=`, signature, token)).toBe(false);
        expect(signed(`${url}/x`, body, signature, token)).toBe(false);
        expect(signed(url, body, signature, `${token}x`)).toBe(false);
        const place = at % signature.length;
        const letter = signature[place] === 'A' ? 'B' : 'A';
        const other = signature.slice(0, place) + letter + signature.slice(place + 1);
        expect(signed(url, body, other, token)).toBe(false);
        expect(signed(url, body, signature.slice(0, place), token)).toBe(false);
      }),
    );
  });
});
