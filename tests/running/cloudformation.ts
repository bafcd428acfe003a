import { type Template, validateTemplate } from './cloudformation-template.ts';

/** A request of the AWS Query protocol. */
export type Query = URLSearchParams;
/** The answer's fields, or what is refused. */
export type QueryAnswer = { readonly xml: string } | { readonly refused: string; readonly code?: string };

interface Stack {
  status: string;
  text: string;
  template: Template;
  readonly events: string[];
}
interface ChangeSet {
  readonly type: string;
  readonly text: string;
  readonly changes: boolean;
}

const el = (name: string, content: string | number) => `<${name}>${content}</${name}>`;
const list = (name: string, members: readonly string[]) =>
  el(name, members.map((member) => el('member', member)).join(''));
const NOW = '2026-01-01T00:00:00Z';
/** Where a function's zip lies differs from one packaging to the next; only that is no change of substance. */
const physicalId = (id: string) => id.toLowerCase().slice(0, 63);

/**
 * CloudFormation as far as a deployment asks it: stacks that are made by change sets. Templates are checked for
 * references, circles and sizes; no resource is made, and nobody looks at what a property means.
 */
export function createCloudFormation(readTemplate: (url: string) => string) {
  const stacks = new Map<string, Stack>();
  const changeSets = new Map<string, ChangeSet>();
  const executed: string[] = [];

  function note(name: string, stack: Stack, verb: 'CREATE' | 'UPDATE' | 'DELETE'): void {
    const resource = (id: string, type: string, status: string) =>
      el('EventId', `${stack.events.length}`) +
      el('StackName', name) +
      el('StackId', `arn:stack/${name}`) +
      el('LogicalResourceId', id) +
      el('PhysicalResourceId', id === name ? `arn:stack/${name}` : physicalId(id)) +
      el('ResourceType', type) +
      el('Timestamp', new Date().toISOString()) +
      el('ResourceStatus', status);
    // The newest first, as the service tells them.
    stack.events.unshift(resource(name, 'AWS::CloudFormation::Stack', `${verb}_IN_PROGRESS`));
    for (const [id, { Type }] of Object.entries(stack.template.Resources))
      stack.events.unshift(resource(id, Type, `${verb}_COMPLETE`));
    stack.events.unshift(resource(name, 'AWS::CloudFormation::Stack', `${verb}_COMPLETE`));
    stack.status = `${verb}_COMPLETE`;
  }

  const gone = (name: string) => ({
    refused: `Stack with id ${name} does not exist`,
    code: 'ValidationError',
  });

  function describe(name: string, stack: Stack): string {
    const outputs = Object.keys(stack.template.Outputs ?? {}).map(
      (key) => el('OutputKey', key) + el('OutputValue', `value-of-${key}`),
    );
    return (
      el('StackName', name) +
      el('StackId', `arn:stack/${name}`) +
      el('CreationTime', NOW) +
      el('StackStatus', stack.status) +
      list('Outputs', outputs)
    );
  }

  function createChangeSet(name: string, query: Query): QueryAnswer {
    const url = query.get('TemplateURL');
    const text = query.get('TemplateBody') ?? (url === null ? '' : readTemplate(url));
    try {
      validateTemplate(text);
    } catch (error) {
      return { refused: (error as Error).message, code: 'ValidationError' };
    }
    const changes = stacks.get(name)?.text !== text;
    const type = query.get('ChangeSetType') ?? 'UPDATE';
    if (type === 'UPDATE' && !stacks.has(name)) return gone(name);
    const id = `${name}/${query.get('ChangeSetName')}`;
    changeSets.set(id, { type, text, changes });
    if (type === 'CREATE')
      stacks.set(name, { status: 'REVIEW_IN_PROGRESS', text: '', template: { Resources: {} }, events: [] });
    return { xml: el('Id', id) + el('StackId', `arn:stack/${name}`) };
  }

  function describeChangeSet(name: string, { changes }: ChangeSet): string {
    const of = el('StackName', name) + el('StackId', `arn:stack/${name}`);
    if (changes) return of + el('Status', 'CREATE_COMPLETE') + el('ExecutionStatus', 'AVAILABLE');
    const why = "The submitted information didn't contain changes.";
    return of + el('Status', 'FAILED') + el('StatusReason', why) + el('ExecutionStatus', 'UNAVAILABLE');
  }

  function execute(name: string, id: string): QueryAnswer {
    const changeSet = changeSets.get(id);
    const stack = stacks.get(name);
    if (changeSet === undefined || stack === undefined) return gone(name);
    Object.assign(stack, { text: changeSet.text, template: JSON.parse(changeSet.text) as Template });
    executed.push(changeSet.type);
    note(name, stack, changeSet.type === 'CREATE' ? 'CREATE' : 'UPDATE');
    return { xml: '' };
  }

  function resourceOf(stack: Stack, id: string): string {
    return (
      el('LogicalResourceId', id) +
      el('PhysicalResourceId', physicalId(id)) +
      el('ResourceType', stack.template.Resources[id]?.Type ?? '') +
      el('LastUpdatedTimestamp', NOW) +
      el('ResourceStatus', 'CREATE_COMPLETE')
    );
  }

  return {
    stacks: stacks as ReadonlyMap<string, Readonly<Stack>>,
    /** `CREATE` and `UPDATE`, in the order of the change sets that were executed. */
    executed: executed as readonly string[],
    physicalId,
    answer(action: string, query: Query): QueryAnswer | undefined {
      const name = (query.get('StackName') ?? '').replace('arn:stack/', '');
      const id = `${name}/${(query.get('ChangeSetName') ?? '').split('/').at(-1)}`;
      const stack = stacks.get(name);
      if (action === 'ValidateTemplate') {
        try {
          validateTemplate(query.get('TemplateBody') ?? readTemplate(query.get('TemplateURL') ?? ''));
          return { xml: el('Description', 'valid') };
        } catch (error) {
          return { refused: (error as Error).message, code: 'ValidationError' };
        }
      }
      if (action === 'CreateChangeSet') return createChangeSet(name, query);
      if (stack === undefined) return action === 'DeleteStack' ? { xml: '' } : gone(name);
      switch (action) {
        case 'DescribeStacks':
          return { xml: list('Stacks', [describe(name, stack)]) };
        case 'DescribeChangeSet': {
          const changeSet = changeSets.get(id);
          return changeSet === undefined ? gone(id) : { xml: describeChangeSet(name, changeSet) };
        }
        case 'ExecuteChangeSet':
          return execute(name, id);
        case 'DeleteChangeSet':
          changeSets.delete(id);
          return { xml: '' };
        case 'DescribeStackEvents':
          return { xml: list('StackEvents', stack.events) };
        case 'DescribeStackResource':
        case 'DescribeStackResources': {
          const logicalId = query.get('LogicalResourceId') ?? '';
          if (stack.template.Resources[logicalId] === undefined)
            return {
              refused: `Resource ${logicalId} does not exist for stack ${name}`,
              code: 'ValidationError',
            };
          return { xml: el('StackResourceDetail', resourceOf(stack, logicalId)) };
        }
        case 'ListStackResources': {
          const ids = Object.keys(stack.template.Resources);
          return {
            xml: list(
              'StackResourceSummaries',
              ids.map((one) => resourceOf(stack, one)),
            ),
          };
        }
        case 'DeleteStack':
          note(name, stack, 'DELETE');
          return { xml: '' };
        default:
          return undefined;
      }
    },
  };
}
