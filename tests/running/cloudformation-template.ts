/** What CloudFormation says of a template before it does anything. */

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
}
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** Most of a template, an account and a function: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_RESOURCES = 500;
const MOST_TEMPLATE_BYTES = 1_000_000;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const MOST_ENVIRONMENT_BYTES = 4_096;

/** The logical ids that a value refers to, pseudo parameters left out. */
export function referencesOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  return Object.entries(value)
    .flatMap(([key, inner]) => {
      if (key === 'Ref') return [String(inner)];
      if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
      if (key !== 'Fn::Sub') return referencesOf(inner);
      const text = String(Array.isArray(inner) ? inner[0] : inner);
      return [...text.matchAll(/\$\{([^}!]+)\}/g)].map(([, name = '']) => name.split('.')[0] ?? '');
    })
    .filter((id) => !id.startsWith('AWS::'));
}

function dependenciesOf({ Properties, DependsOn = [] }: TemplateResource): readonly string[] {
  return [...referencesOf(Properties), ...(typeof DependsOn === 'string' ? [DependsOn] : DependsOn)];
}

/** The resources in an order in which each can be made. Throws where there is none, as CloudFormation does. */
export function orderOf({ Resources }: Template): readonly string[] {
  const done = new Set<string>();
  function visit(id: string, path: readonly string[]): void {
    if (done.has(id)) return;
    if (path.includes(id))
      throw new Error(`Circular dependency between resources: [${[...path, id].join(', ')}]`);
    const resource = Resources[id];
    if (resource === undefined)
      throw new Error(
        `Template format error: Unresolved resource dependencies [${id}] in ${path.at(-1) ?? 'it'}`,
      );
    for (const next of dependenciesOf(resource)) visit(next, [...path, id]);
    done.add(id);
  }
  for (const id of Object.keys(Resources)) visit(id, []);
  return [...done];
}

/** @throws what CloudFormation or Lambda would refuse. */
export function validateTemplate(text: string): Template {
  const template = JSON.parse(text) as Template;
  if (Buffer.byteLength(text) > MOST_TEMPLATE_BYTES)
    throw new Error('Template may not exceed 1000000 bytes in size.');
  if (Object.keys(template.Resources).length > MOST_RESOURCES)
    throw new Error('Number of resources exceeds 500');
  orderOf(template);
  for (const [name, { Value }] of Object.entries(template.Outputs ?? {})) {
    const unknown = referencesOf(Value).filter((id) => template.Resources[id] === undefined);
    if (unknown.length > 0)
      throw new Error(`Unresolved resource dependencies [${unknown}] in output ${name}`);
  }
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const environment = (Properties?.Environment as { Variables?: object } | undefined)?.Variables ?? {};
    if (JSON.stringify(environment).length > MOST_ENVIRONMENT_BYTES)
      throw new Error(`${id}: Lambda was unable to configure your environment variables: they exceed 4 KB`);
  }
  return template;
}
