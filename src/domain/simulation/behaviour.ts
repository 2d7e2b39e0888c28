import type { ContactFacts } from '../facts';
import type { Instant } from '../ids';
import type { OfferedLead } from '../rehearsal/rep-answer';
import type { ScriptedEvent } from '../rehearsal/scripted-event';
import type { GivenTask } from '../rehearsal/task-closing';
import type { Reply } from '../webhook/settle';

/** Whose behaviour is asked for. */
export interface Actor {
  readonly contact: ContactFacts;
  readonly audience: 'lead' | 'client';
}

/** A mail that is on its way to somebody. */
export interface SimulatedMail {
  readonly sequence: string;
  readonly stepId: string;
  readonly template: string;
  readonly purpose: string;
  /** 1 for the first mail of the journey. */
  readonly ordinal: number;
  readonly sendId: string;
  readonly at: Instant;
}

/** What a mail server says in the end. */
export type Delivered = 'accepted' | 'rejected' | 'unknown';

/** What people and other systems do in a simulation: the only thing in it that is not decided by the same code as in life. */
export interface Behaviour {
  delivery(actor: Actor, mail: SimulatedMail): Delivered;
  /** What the recipient does about a mail that was accepted. */
  afterMail(actor: Actor, mail: SimulatedMail): readonly ScriptedEvent[];
  /** How the rep answers (`REP_ANSWERS`), and what the lead does then; nothing: nobody answers. */
  afterOffer(actor: Actor, offer: OfferedLead): readonly ScriptedEvent[];
  /** How a rep closes the task (`REP_CLOSES`); nothing: nobody does. */
  afterTask(actor: Actor, task: GivenTask): readonly ScriptedEvent[];
  /** What another system answers. */
  webhook(actor: Actor, message: { readonly endpoint: string; readonly key: string; readonly now: Instant }): Reply;
}
