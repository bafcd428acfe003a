import { playbookModel } from '../src/fte/agent/playbook/model.ts';
import { handleTurn } from '../src/fte/conversations/turn.ts';

import { loadKnowledgeBase } from '../src/fte/knowledge/load.ts';
import { instrument } from '../src/fte/telemetry.ts';
import { readWork } from '../src/fte/work.ts';
import { connect } from '../src/platform/service.ts';

const service = connect();
const knowledge = loadKnowledgeBase(service.config.knowledgeDir);
const ports = { ...service, knowledge, model: playbookModel() };

export const handler = instrument({
  function: 'agent',
  component: 'agent',
  trigger: 'sqs',
  message: async ({ body }, { remainingMs }) => {
    const { messageId } = readWork('turn', body);
    await handleTurn(messageId, remainingMs(), ports);
  },
});
