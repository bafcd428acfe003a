import { parentPort } from 'node:worker_threads';
import { loadModelConfig } from '../../../src/platform/models/config.ts';
import { createModel } from '../../../src/platform/models/model.ts';
import type { Job } from './answering.ts';
import { answerWith } from './world.ts';

parentPort?.on('message', async ({ id, environment, turns }: Job & { id: number }) => {
  try {
    Object.assign(process.env, environment);
    const config = loadModelConfig(environment);
    const model = createModel(config);
    const answers = [];
    for (const turn of turns) answers.push(await answerWith(model, { prices: config.prices, ...turn }));
    parentPort?.postMessage({ id, answers });
  } catch (error) {
    parentPort?.postMessage({ id, failed: error instanceof Error ? error.stack : String(error) });
  }
});
