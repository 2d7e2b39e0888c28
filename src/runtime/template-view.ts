import { failure } from '../domain/errors';
import { inLocale, type TemplateContent } from '../domain/template/content';
import { journeyData } from '../mail/journey-data';
import { senderOf } from '../mail/message';
import { type Rendered, render } from '../mail/render';
import { SAMPLE_LINKS, type SampleFilling, sampleOf } from '../mail/template/sample-data';
import { isSalesTemplate } from '../mail/template/shape';
import type { ReadTemplates } from '../mail/templates';
import { contactIdOf, contactRefOf } from '../store/contact-ref';
import { type Db, single, transaction } from '../store/db';
import { readFacts } from '../store/facts';
import { findNumberedTemplate } from '../store/templates';
import type { TurnDeps } from '../store/turn';
import type { Config } from './config';

/** What a person wants to look at. */
export interface View {
  readonly template: string;
  /** Default: of the contact, else English, else any. */
  readonly locale?: string;
  /** By address or id; default: the sample. */
  readonly contact?: string;
  /** Published; default: as the files stand. */
  readonly version?: number;
}

export interface Looking {
  readonly read: ReadTemplates;
  readonly config: Pick<Config, 'mailFrom' | 'postalAddress'>;
  readonly turn: TurnDeps;
  readonly now: number;
  /** For a contact or a published version. */
  readonly db?: Db;
}

/**
 * A mail as it would look: links of this recipient lead nowhere, and nothing is written down. Throws VIV_TEMPLATE_UNKNOWN,
 * VIV_TEMPLATE_VERSION_UNKNOWN, VIV_CONTACT_UNKNOWN, VIV_TEMPLATE_INVALID.
 */
export async function lookAt(looking: Looking, view: View): Promise<Rendered> {
  const { template } = view;
  const content = await contentOf(looking, view);
  const filling = await fillingOf(looking, view);
  const text = inLocale(content.texts, view.locale ?? filling.locale);
  if (text) return render(text, filling, template);
  throw failure('VIV_TEMPLATE_INVALID', { template, problem: 'it has no text in any language' });
}

async function contentOf({ read, db }: Looking, { template, version }: View): Promise<TemplateContent> {
  if (version !== undefined && db)
    return (await transaction(db, (tx) => findNumberedTemplate(tx, { template, version }))).content;
  const content = read.templates.content(template);
  if (content) return content;
  throw failure('VIV_TEMPLATE_UNKNOWN', { template, folder: read.templates.folder });
}

async function fillingOf(looking: Looking, { template, locale, contact }: View): Promise<SampleFilling> {
  if (contact === undefined || !looking.db || isSalesTemplate(template))
    return sampleOf(template, locale ?? 'en', looking.read.samples.get(template)).filling;
  const { db, config, turn, now } = looking;
  const contactId = await contactIdOf(db, contactRefOf(contact));
  const { halfLife } = turn.rules.scoring;
  const facts = await readFacts(single(db), { contactId, leadId: null, now, halfLife });
  const { postalAddress, mailFrom } = config;
  const sender = { name: senderOf(mailFrom).name, postalAddress };
  return {
    locale: facts.contact.locale,
    timeZone: facts.contact.timeZone,
    data: journeyData({ facts, title: template, links: SAMPLE_LINKS, sender, now }),
    footer: {
      postalAddress,
      unsubscribeUrl: SAMPLE_LINKS.unsubscribe,
      preferencesUrl: SAMPLE_LINKS.preferences,
    },
  };
}
