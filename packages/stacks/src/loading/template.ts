import { templateSpec } from '../documents/specs.ts';
import { withUsualSpelling } from '../documents/spellings.ts';
import { componentKindNames, findKind, infraSchemaOf, type Kind } from '../kind/kind.ts';
import { yamlFilesIn, yamlNamed } from '../repository.ts';
import { validate } from '../schema/validate.ts';
import { didYouMean } from '../suggest.ts';
import { at, type Tree, textAt } from '../tree/tree.ts';
import { type LoadContext, readSingle } from './context.ts';
import { checkLayer } from './layers.ts';

/** What a template gives. */
export type Template = { spec: Tree | undefined; infra: Tree | undefined };

/** Reads the template that a component names. Returns undefined if that can't be used, which is reported. */
export function readTemplate(named: Tree, kind: Kind, context: LoadContext): Template | undefined {
  if (named.kind !== 'scalar') return undefined;
  const { repository, report, catalog } = context;
  const name = String(named.value);
  const folder = repository.folder('templates');
  const file = yamlNamed(folder, name);
  if (file === undefined) {
    const known = yamlFilesIn(folder).map((path) => path.replace(/^.*\/|\.ya?ml$/g, ''));
    const hint = didYouMean(name, known) || `; known: ${known.join(', ') || 'none'}`;
    report.error('unknown_template', named.place, `template ${name} is not in templates/${hint}`);
    return undefined;
  }
  const { document } = readSingle(file, { kinds: ['Template'], names: { name }, needsSpec: true }, context);
  if (!document?.spec) return undefined;
  const check = { report, root: templateSpec };
  const spec = validate(templateSpec, document.spec, { path: 'spec' }, check);
  const kindName = textAt(spec, 'kind');
  const isWhole =
    spec.kind === 'map' && [...spec.entries.values()].every(({ value }) => value.kind !== 'invalid');
  if (kindName === undefined || !isWhole) return undefined;
  const ofTemplate = findKind(catalog, kindName);
  if (!ofTemplate) {
    const hint = didYouMean(kindName, componentKindNames(catalog));
    report.error(
      'unknown_kind',
      at(spec, 'kind')?.place ?? spec.place,
      `kind ${kindName} does not exist${hint}`,
    );
    return undefined;
  }
  if (ofTemplate !== kind) {
    const message = `template ${name} is for kind ${ofTemplate.name}, but this component is of kind ${kind.name}`;
    report.error('wrong_kind', named.place, message);
    return undefined;
  }
  const [inner, infra] = [at(spec, 'spec'), at(spec, 'infra')];
  return {
    spec: inner && checkLayer(kind.schema, withUsualSpelling(inner, kind.schema), 'spec', report),
    infra: infra && checkLayer(infraSchemaOf(catalog, kind), infra, 'infra', report),
  };
}
