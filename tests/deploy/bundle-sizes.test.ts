import { type Bundle, weighBundles } from '../../deploy/bundles.ts';
import { FUNCTIONS } from '../../src/fte/vocabulary.ts';

let bundles: readonly Bundle[];
beforeAll(async () => {
  bundles = await weighBundles();
});
const names = (functionKey: string) =>
  bundles.find((bundle) => bundle.functionKey === functionKey)?.parts.map(([name]) => name) ?? [];

test('every bundle is within its limit', () => {
  expect(bundles.map(({ functionKey }) => functionKey).sort()).toEqual([...FUNCTIONS].sort());
  const over = bundles.filter(({ bytes, limitBytes }) => bytes > limitBytes);
  expect(over.map(({ functionKey, bytes }) => `${functionKey}: ${bytes}`)).toEqual([]);
});

test("only the agent carries models, only mail's functions a parser of mails, and nobody the AWS SDK", () => {
  for (const functionKey of FUNCTIONS) {
    const carried = names(functionKey);
    const models = carried.some((name) => name === 'ai' || name.startsWith('@ai-sdk/'));
    const mails = carried.includes('postal-mime');
    expect({ functionKey, models, mails }).toEqual({
      functionKey,
      models: functionKey === 'agent',
      mails: functionKey === 'email' || functionKey === 'mailObject',
    });
    expect(carried.filter((name) => name.startsWith('@aws-sdk/'))).toEqual([]);
  }
});
