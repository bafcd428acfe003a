import type { Mark } from './mark.ts';

/** ISO 13616: how many characters an IBAN has, by country. */
const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 ' +
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 ' +
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Not within a word, unless what comes before is the end of a JSON escape or of a percent-encoded character. */
const START = /(?<![A-Za-z0-9](?<!\\[bfnrt]|%[0-9A-Fa-f]{2}))[A-Za-z]{2}\d{2}/g;
const ALPHANUMERIC = /[A-Za-z0-9]/;
/** What people and forms put between the groups. */
const SEPARATOR = /%20|[ .+\u00a0\u202f-]/y;

/** ISO 7064, MOD 97-10: letters count from 10, the first four characters last, and the rest is 1. */
export function hasValidCheckDigits(iban: string): boolean {
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** IBANs with valid check digits, written together or in groups, in upper or lower case. */
export function findIbans(text: string, mark: Mark): void {
  START.lastIndex = 0;
  for (let found = START.exec(text); found !== null; found = START.exec(text)) {
    const length = LENGTHS.get(found[0].slice(0, 2).toUpperCase());
    if (length === undefined) continue;
    let iban = '';
    let end = found.index;
    while (iban.length < length && end < text.length) {
      const char = text.charAt(end);
      SEPARATOR.lastIndex = end;
      if (ALPHANUMERIC.test(char)) {
        iban += char;
        end += 1;
      } else if (SEPARATOR.test(text)) end = SEPARATOR.lastIndex;
      else break;
    }
    if (iban.length < length || ALPHANUMERIC.test(text.charAt(end)) || !hasValidCheckDigits(iban)) continue;
    mark(found.index, end);
    START.lastIndex = end;
  }
}
