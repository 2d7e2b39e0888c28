import { signLink } from '../mail/links';
import { atItsTime, type Clock } from './at-its-time';
import { createDeliver } from './deliver';
import { createErasureActivities, type ErasureActivities, type Histories } from './erasure';
import { withFailures } from './failure';
import { createHandoffActivities, type HandoffActivities } from './handoff';
import { createMailRep } from './handoff-mail';
import { createMigrateJourney } from './migrate-journey';
import { createPlayScript } from './play-script';
import { createSendMail, type MailDeps } from './send-mail';
import { createSendWebhook, type WebhookDeps } from './send-webhook';
import { createSweepActivities, type SweepActivities } from './sweep';
import { createTakeTurn } from './take-turn';
import type { MailActivities, MigrationActivities, ScriptActivities, TurnActivities, WebhookActivities } from './types';

export type Activities = TurnActivities &
  MigrationActivities &
  MailActivities &
  WebhookActivities &
  ScriptActivities &
  HandoffActivities &
  SweepActivities &
  ErasureActivities;

/** Every activity, failing in Temporal's words. A new one adds its file and one line here. */
export function createActivities(
  deps: MailDeps & WebhookDeps & { readonly clock?: Clock | undefined; readonly histories?: Histories | undefined },
): Activities {
  const { db, turn, publicUrl, linkSecret, clock, histories } = deps;
  const mailRep = createMailRep({
    rules: turn.rules,
    publicUrl,
    tokenFor: ({ handoffId, repId }) => signLink(linkSecret, { kind: 'handoff', id: handoffId, repId }),
    deliver: createDeliver(deps),
  });
  return withFailures({
    ...createTakeTurn(db, turn),
    ...createMigrateJourney(db, turn),
    sendMail: atItsTime(clock, createSendMail(deps).sendMail),
    sendWebhook: atItsTime(clock, createSendWebhook(deps).sendWebhook),
    ...createPlayScript(db, turn),
    ...createHandoffActivities({ db, turn, mailRep }),
    ...createSweepActivities({ db, turn }),
    ...createErasureActivities({ db, turn, histories }),
  });
}
