import { isOpen } from '../domain/handoff/status';
import type { StoryLine } from '../domain/handoff/story';
import { type Instant, keyOf } from '../domain/ids';
import type { Rules } from '../domain/rules';
import type { Tx } from '../store/db';
import { type HandoffCase, type Person, readCase } from '../store/handoff-case';
import type { Handoff } from '../store/handoffs';
import type { MailRep, RepMailOutcome } from './handoff';

/** A mail to a rep or manager. It names people: it goes into the mail alone. */
export interface RepMail {
  readonly handoffId: string;
  readonly journeyId: string;
  readonly stepId: string;
  readonly recipient: string;
  readonly template: 'rep-handoff' | 'rep-escalation';
  readonly locale: string;
  readonly data: RepMailData;
}

/** What the templates rep-handoff and rep-escalation say. */
export interface RepMailData {
  readonly rep: { readonly name: string };
  readonly lead: {
    readonly name: string;
    readonly offer: string;
    readonly score: number;
    readonly grade: string;
    readonly temperature: string;
  };
  readonly story: readonly StoryLine[];
  readonly links: { readonly accept: string; readonly reject: string; readonly recycle: string };
  readonly dueText: string;
}

export interface RepMailDeps {
  readonly rules: Rules;
  /** Where people reach the API, without a slash at the end. */
  readonly publicUrl: string;
  /** The token of the link by which this person answers this handoff. */
  readonly tokenFor: (link: { readonly handoffId: string; readonly repId: string }) => string;
  /**
   * Sends a mail once by its send id, by way of the ledger. `compose` runs in the transaction that claims the send; null: there
   * is nothing to say any more, and nothing goes out.
   */
  readonly deliver: (
    send: { readonly sendId: string; readonly now: Instant },
    compose: (tx: Tx) => Promise<RepMail | null>,
  ) => Promise<RepMailOutcome>;
}

/** Tells the rep of an offered handoff, or the manager of an escalated one, each once however often it is asked for. */
export function createMailRep(deps: RepMailDeps): MailRep {
  return ({ handoff, now }) => {
    const occasion = handoff.status === 'escalated' ? 'escalation' : 'offer';
    const sendId = keyOf('handoff-mail', handoff.id, occasion);
    return deps.deliver({ sendId, now }, (tx) => composeRepMail(tx, deps, { handoff, now }));
  };
}

/** Null: it was answered meanwhile, or there is nobody to tell. */
async function composeRepMail(
  tx: Tx,
  deps: RepMailDeps,
  { handoff, now }: { readonly handoff: Handoff; readonly now: Instant },
): Promise<RepMail | null> {
  const shown = await readCase(tx, deps.rules, { handoffId: handoff.id, now });
  const isEscalation = handoff.status === 'escalated';
  const person = isEscalation ? shown.manager : shown.rep;
  if (!person || !isOpen(shown.handoff.status)) return null;
  const { id: handoffId, journeyId, stepId } = handoff;
  return {
    handoffId,
    journeyId,
    stepId,
    recipient: person.email,
    template: isEscalation ? 'rep-escalation' : 'rep-handoff',
    locale: shown.contact.locale, // the language in which the rep will talk to the lead
    data: mailData(deps, shown, person),
  };
}

function mailData({ publicUrl, tokenFor }: RepMailDeps, shown: HandoffCase, person: Person): RepMailData {
  const { contact, lead, story, dueText, handoff } = shown;
  const page = `${publicUrl}/h/${tokenFor({ handoffId: handoff.id, repId: person.id })}`;
  const { offer = '', score = 0, grade = '', temperature = '' } = lead ?? {};
  return {
    rep: { name: person.name },
    lead: { name: contact.name ?? contact.email, offer, score, grade, temperature },
    story,
    links: { accept: `${page}#accept`, reject: `${page}#reject`, recycle: `${page}#recycle` },
    dueText,
  };
}
