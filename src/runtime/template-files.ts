import type { Instant } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import { stepMails } from '../domain/steps';
import { SALES_TEMPLATES } from '../mail/template/shape';
import type { Templates } from '../mail/templates';
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
