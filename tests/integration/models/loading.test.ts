/** What the embedded model must not pay for: the code of providers that it does not use. */
import { execFileSync } from 'node:child_process';
import { ROOT } from '../../running/serverless-yml.ts';

/** Which providers' packages a process loads that makes this model and, with `call`, asks it something. */
function loadedBy(environment: Readonly<Record<string, string>>, call: boolean): string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const seen = new Set();
    registerHooks({
      resolve(name, context, next) {
        if (/^@ai-sdk\\/(openai-compatible|amazon-bedrock)$|^@aws-sdk\\//.test(name)) seen.add(name);
        return next(name, context);
      },
    });
    const { loadModelConfig } = await import('./src/platform/models/config.ts');
    const { createModel } = await import('./src/platform/models/model.ts');
    const model = createModel(loadModelConfig());
    if (${call}) await model.doGenerate({ prompt: [] }).catch(() => undefined);
    console.log(JSON.stringify([...seen]));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output);
}

const ENDPOINT = {
  FTE_MODEL: 'openai_compatible',
  FTE_MODEL_NAME: 'm',
  FTE_MODEL_URL: 'http://127.0.0.1:9/v1',
};
const BEDROCK = {
  FTE_MODEL: 'bedrock',
  FTE_MODEL_NAME: 'm',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:9',
};

test.each<[string, Readonly<Record<string, string>>, boolean, readonly string[]]>([
  ['the playbook, when it answers', { FTE_MODEL: 'playbook' }, true, []],
  ['an endpoint, before the first call', ENDPOINT, false, []],
  ['an endpoint, with it', ENDPOINT, true, ['@ai-sdk/openai-compatible']],
  ['Amazon Bedrock, before the first call', BEDROCK, false, []],
  ['Amazon Bedrock, with it', BEDROCK, true, ['@ai-sdk/amazon-bedrock']],
])('%s', (_, environment, call, loaded) => {
  expect(loadedBy(environment, call)).toEqual(loaded);
});
