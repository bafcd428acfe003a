/** The whole number that an option holds; ends the process with a message for the one who typed it where it holds none. */
export function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= least) return number;
  process.stderr.write(`--${name} is "${text}"; it may be a whole number from ${least} on.\n`);
  process.exit(1);
}
