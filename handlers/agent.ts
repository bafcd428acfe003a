import { handleTurn } from '../src/fte/conversations/turn.ts';
import { loadKnowledgeBase } from '../src/fte/knowledge/load.ts';
import { MAX_RECEIVES, readWork } from '../src/fte/work.ts';
import { loadModelConfig } from '../src/platform/models/config.ts';
import { createModel } from '../src/platform/models/model.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();
const knowledge = loadKnowledgeBase(service.config.knowledgeDir);
const modelConfig = loadModelConfig();
const ports = { ...service, knowledge, model: createModel(modelConfig), prices: modelConfig.prices };

export const handler = instrument({
  function: 'agent',
  component: 'agent',
  trigger: 'sqs',
  message: async ({ body, receiveCount }, { remainingMs }) => {
    const { messageId } = readWork('turn', body);
    await handleTurn(messageId, { remainingMs: remainingMs(), last: receiveCount >= MAX_RECEIVES }, ports);
  },
});
