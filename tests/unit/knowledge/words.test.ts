import fc from 'fast-check';
import { createSpelling, slipsBetween } from '../../../src/fte/knowledge/spelling.ts';
import { pairsOf, pairsOfPhrase, stem, termsOf, wordsOf } from '../../../src/fte/knowledge/terms.ts';

const WORD = fc.string({ unit: fc.constantFrom('a', 'b', 'e', 'k', 'r', 's'), minLength: 1, maxLength: 10 });

describe('words', () => {
  it('are lower case, without accents and possessives', () => {
    expect(wordsOf("The Café's TIME-sheet, isn’t it? 2FA!")).toEqual([
      'the',
      'cafe',
      'time',
      'sheet',
      'isnt',
      'it',
      '2fa',
    ]);
  });

  it('are cut when they are endless', () => {
    expect(wordsOf('a'.repeat(100))).toEqual(['a'.repeat(40)]);
  });

  it('are left out when they say nothing', () => {
    expect(termsOf('How do I get an invoice, please?')).toEqual([stem('invoice')]);
  });
});

describe('a stem', () => {
  it.each([
    ['swap swaps swapped swapping'],
    ['invoice invoices invoicing invoiced'],
    ['approve approves approved approval approving'],
    ['cancel cancels cancelled canceled cancelling cancellation'],
    ['delete deletes deleted deletion deleting'],
    ['company companies'],
    ['address addresses'],
    ['plan plans planned planning'],
    ['bill bills billing'],
  ])('is one for %s', (words) => {
    expect(new Set(words.split(' ').map(stem)).size).toBe(1);
  });

  it('keeps short words and others apart', () => {
    const words = [
      'bus',
      'status',
      'api',
      'access',
      'rule',
      'role',
      'card',
      'calendar',
      '503',
      'bring',
      'need',
    ];
    expect(new Set(words.map(stem)).size).toBe(words.length);
    expect(stem('503')).toBe('503');
  });
});

describe('pairs', () => {
  it('make one word of two, however they are written', () => {
    expect(pairsOf('pay roll')).toEqual(termsOf('payroll'));
    expect(pairsOfPhrase('time-sheets')).toEqual(termsOf('timesheet'));
  });

  it('take small words only from phrases', () => {
    expect(pairsOf('clock in early')).toEqual([]);
    expect(pairsOfPhrase('clock in')).toEqual(['clockin']);
    expect(pairsOfPhrase('day off')).toEqual(['dayof']);
    expect(pairsOfPhrase('is it down')).toEqual(['itdown']);
    expect(pairsOfPhrase('clocking out')).toEqual(pairsOfPhrase('clock out'));
  });
});

describe('slips', () => {
  it.each([
    ['clock', 'clock', 0],
    ['clok', 'clock', 1],
    ['clockk', 'clock', 1],
    ['click', 'clock', 1],
    ['colck', 'clock', 1],
    ['invocie', 'invoices', 2],
    ['', 'abc', 3],
  ])('between %j and %j are %i', (a, b, slips) => {
    expect(slipsBetween(a, b)).toBe(slips);
    expect(slipsBetween(b, a)).toBe(slips);
  });
});

describe('spelling', () => {
  const spell = createSpelling([
    'schedule',
    'timesheet',
    'shift',
    'calendar',
    'clock',
    'notification',
    'notify',
  ]);

  it.each([
    ['shift', 'shift', 1],
    ['shfit', 'shift', 0.8],
    ['clok', 'clock', 0.8],
    ['clack', 'clock', 0.8],
    ['calender', 'calendar', 0.8],
    ['calander', 'calendar', 0.5],
    ['kalendar', undefined, 0],
    ['scedul', undefined, 0],
    ['sceduel', undefined, 0],
    ['shcedulle', 'schedule', 0.5],
    ['times', 'timesheet', 0.75],
    ['time', undefined, 0],
    ['notif', 'notify', 0.8],
    ['clip', undefined, 0],
    ['sh1ft', undefined, 0],
    ['', undefined, 0],
  ])('reads %j as %j', (written, word, certainty) => {
    expect(spell(written)).toEqual(word === undefined ? undefined : { word, certainty });
  });

  it('finds a word with as few slips as there are', () => {
    fc.assert(
      fc.property(WORD, fc.array(WORD, { maxLength: 30 }), (written, words) => {
        const reading = createSpelling(words)(written);
        const allowed = written.length >= 8 ? 2 : written.length >= 5 ? 1 : 0;
        const slips = words
          .filter((word) => word.length >= 4 && word[0] === written[0])
          .map((word) => slipsBetween(written, word));
        const fewest = Math.min(...slips, 99);
        if (words.includes(written)) expect(reading?.certainty).toBe(1);
        else if (fewest <= allowed) expect(slipsBetween(written, reading?.word ?? '')).toBe(fewest);
      }),
      { numRuns: 1000 },
    );
  });
});
