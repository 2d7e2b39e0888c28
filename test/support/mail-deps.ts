import type { MailDeps } from '../../src/activities/send-mail';
import { gateSchema } from '../../src/domain/gate/rules';
import type { Templates } from '../../src/mail/templates';
import { createTransport } from '../../src/mail/transport';
import type { Db } from '../../src/store/db';
import type { TurnDeps } from '../../src/store/turn';
import { SALES } from './sales';
import { LINK_SECRET } from './secret';

/** Marketing needs consent, two mails a day at most, and sleeps at night. */
export const MAILING: TurnDeps = {
  rules: {
    ...SALES.rules,
    gate: gateSchema.parse({
      consentFor: ['marketing'],
      caps: [{ purpose: 'marketing', most: 2, within: '1d' }],
      quietHours: { from: '21:00', to: '08:00', purposes: ['marketing'] },
    }),
  },
};

/** What mail activities work with: published templates, and those of `templates` that are not. */
export function mailDepsWith(
  templates: Templates,
  { db, smtpUrl, parts }: { readonly db: Db; readonly smtpUrl: string; readonly parts: Partial<MailDeps> },
): MailDeps {
  return {
    db,
    turn: MAILING,
    templates,
    transport: parts.transport ?? createTransport(smtpUrl),
    from: 'Viva <viva@viva.example>',
    postalAddress: 'Rua das Mudas 1',
    publicUrl: 'https://viva.example',
    linkSecret: LINK_SECRET,
    ...parts,
  };
}
