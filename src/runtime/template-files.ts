import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import { stepMails } from '../domain/steps';
import { type Problem, problemText } from '../domain/yaml/problem';
import type { Templates } from '../mail/templates';
import { SALES_TEMPLATES } from '../mail/template/shape';
import { type Db, transaction } from '../store/db';
import { type PublishedTemplate, publishTemplate } from '../store/templates';

export interface PublishedName extends PublishedTemplate {
  readonly template: string;
}

/** The templates that a sequence sends: by its mails, and by handing over. */
export function templatesIn({ steps }: Definition): readonly string[] {
  const named = steps.flatMap((step) => stepMails(step).map(({ template }) => template));
  const forReps = steps.some(({ type }) => type === 'handoff') ? SALES_TEMPLATES : [];
  return [...new Set([...named, ...forReps])];
}

export interface PublishingTemplates {
  readonly templates: Templates;
  readonly names: readonly string[];
  readonly now: Instant;
}

/** Publishes those of the templates that are there, all or none; what nobody changed makes no version. */
export async function publishTemplates(
  db: Db,
  { templates, names, now }: PublishingTemplates,
): Promise<readonly PublishedName[]> {
  return transaction(db, async (tx) => {
    const published: PublishedName[] = [];
    // in one order always: each waits for others that publish the same
    for (const template of names.toSorted()) {
      const content = templates.content(template);
      if (content) published.push({ template, ...(await publishTemplate(tx, { template, content, now })) });
    }
    return published;
  });
}

/** Throws VIV_TEMPLATE_INVALID with every error of the templates, and VIV_TEMPLATE_UNKNOWN for a name of none. */
export function refuseFaulty(templates: Templates, names: readonly string[]): void {
  const missing = names.find((name) => !templates.content(name));
  if (missing !== undefined) throw failure('VIV_TEMPLATE_UNKNOWN', { template: missing, folder: templates.folder });
  const errors = names.flatMap((name) => templates.lint(name)).filter(isError);
  if (errors.length === 0) return;
  throw failure('VIV_TEMPLATE_INVALID', {
    template: [...new Set(names)].join(', '),
    problem: errors.map(problemText).join('\n'),
  });
}

export const isError = ({ severity }: Problem): boolean => severity === 'error';
