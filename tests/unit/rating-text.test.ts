import { readRating, thanksFor } from '../../src/fte/tickets/rating-text.ts';

test.each<[string, number]>([
  ['5', 5],
  [' 4. ', 4],
  ['4/5', 4],
  ['3 / 5!', 3],
  ['2 out of 5', 2],
  ['5 stars', 5],
  ['One star', 1],
  ['five', 5],
  ['Rating: 4', 4],
  ['My rating is 3', 3],
  ['5, thanks!', 5],
  ['4 - thank you.', 4],
  ['⭐⭐⭐', 3],
  ['⭐️ ⭐️', 2],
  ['★★★★☆', 4],
  ['🌟🌟🌟🌟🌟🌟', 5],
  ['5️⃣', 5],
  ['５', 5],
  ['5\n-- \nAda Lovelace\nLovelace Ltd, 4 Engine Street', 5],
])('%j is the rating %d', (text, score) => {
  expect(readRating(text)).toBe(score);
});

test.each([
  '',
  '   ',
  '0',
  '6',
  '10/10',
  '5/10',
  '-5',
  '55',
  '3.5',
  '4?',
  '5 employees',
  'We have 5 locations',
  '5 but how do I swap a shift?',
  'one more thing',
  'thanks',
  '5\nHow do I swap a shift?',
  '☆☆☆☆☆',
  '🐸',
  ' '.repeat(5000),
])('%j is none', (text) => {
  expect(readRating(text)).toBeUndefined();
});

test('a bad rating is asked what is still open, a good one is not', () => {
  expect([1, 2, 3, 4, 5].map((score) => /still open/.test(thanksFor(score as 1)))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
