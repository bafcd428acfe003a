/** The fewest and the most characters of each text, as the API takes them. */
export const LIMITS = {
  name: [2, 200],
  subject: [5, 200],
  message: [10, 5000],
  followUp: [1, 5000],
  comment: [0, 2000],
};

const EMAIL_LENGTH = 254;
const EMAIL =
  /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

/**
 * A text as it is sent: halves of characters and U+FFFD, left by a broken copy, would make the API refuse it all.
 *
 * @param {string} text
 */
export function clean(text) {
  return text.toWellFormed().replaceAll('\uFFFD', '').trim();
}

/** @typedef {(value: string) => string} Check What is wrong with a value; nothing when it is right. */

/**
 * @param {keyof typeof LIMITS} name
 * @returns {Check}
 */
export function textOf(name) {
  const [min = 0, max = 0] = LIMITS[name];
  return (value) => {
    const { length } = [...value];
    if (length === 0 && min > 0) return 'Please fill this in.';
    if (length < min) return `Please write at least ${min} characters.`;
    if (length > max)
      return `Please write at most ${max.toLocaleString('en')} characters; these are ${length.toLocaleString('en')}.`;
    return '';
  };
}

/** @type {Check} */
export function emailAddress(value) {
  if (value === '') return 'Please fill this in.';
  if (value.length > EMAIL_LENGTH) return `Please write at most ${EMAIL_LENGTH} characters.`;
  return EMAIL.test(value) ? '' : 'Please write an e-mail address such as name@example.com.';
}

/** @type {Check} */
export function score(value) {
  return value === '' ? 'Please choose a number from 1 to 5.' : '';
}

/** @type {Check} */
export function anything() {
  return '';
}
