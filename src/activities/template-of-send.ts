import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Filling, Rendered } from '../mail/render';
import { renderContent } from '../mail/templates';
import type { Tx } from '../store/db';
import { findTemplateVersion, publishTemplate } from '../store/templates';
import type { MailDeps } from './mail-deps';

/** Fills a template for one recipient. Throws VIV_TEMPLATE_UNKNOWN, and VIV_TEMPLATE_INVALID for what this recipient lacks. */
export type Fill = (filling: Filling & { readonly locale: string }) => Rendered;

export interface TemplateUse {
  readonly template: string;
  /** The version that the send was first tried with, so that a second try says the same, else the newest; null: none is published. */
  readonly versionId: string | null;
  readonly now: Instant;
}

/**
 * What a send is written with. A template that nobody has ever published (of the handoff, or from before there were versions) is
 * published as it stands in the folder.
 */
export async function templateOfSend(
  tx: Tx,
  { templates }: Pick<MailDeps, 'templates'>,
  { template, versionId, now }: TemplateUse,
): Promise<{ readonly versionId: string | null; readonly fill: Fill }> {
  const id = versionId ?? (await firstVersion(tx, { template, content: templates.content(template), now }));
  if (id === null) return { versionId: null, fill: () => unknown(template, templates.folder) };
  const { content } = await findTemplateVersion(tx, id);
  return { versionId: id, fill: (filling) => renderContent(template, content, filling) };
}

async function firstVersion(
  tx: Tx,
  { content, ...rest }: { template: string; content: ReturnType<MailDeps['templates']['content']>; now: Instant },
): Promise<string | null> {
  return content ? (await publishTemplate(tx, { ...rest, content })).id : null;
}

function unknown(template: string, folder: string): never {
  throw failure('VIV_TEMPLATE_UNKNOWN', { template, folder });
}
