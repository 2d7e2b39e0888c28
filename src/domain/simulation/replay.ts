import { EVENTS } from '../event';
import type { FactEvent } from '../facts';
import type { Answer } from '../handoff/status';
import type { Instant } from '../ids';
import { REP_ANSWERS } from '../rehearsal/rep-answer';
import type { ScriptedEvent } from '../rehearsal/scripted-event';
import { REP_CLOSES } from '../rehearsal/task-closing';
import type { Behaviour } from './behaviour';
import {
  type RecordedHandoff,
  type RecordedHistory,
  type RecordedMail,
  type RecordedMessage,
  type RecordedTask,
  Taken,
} from './record';

/** What a backtest cannot know, counted. */
export interface Unknown {
  /** Mails that were never sent: nobody knows what would have come of them. */
  readonly mailsNeverSent: number;
  /** Reactions on record to mails that the draft would not have sent: not counted. */
  readonly reactionsLeftOut: number;
  /** Of people who said no in answer to a mail that the draft would not have sent: it holds all the same. */
  readonly refusalsKept: number;
  /** Handoffs whose answer is not known: the journey is followed no further. */
  readonly handoffsNeverOffered: number;
  /** Tasks that were never given; they count as overdue. */
  readonly tasks: number;
  /** Messages to other systems that were never sent; they count as answered with nothing. */
  readonly messages: number;
}

/** By these somebody, or their mail server, says no. It was said, whatever mail brought it about. */
const REFUSALS: readonly string[] = [EVENTS.mailUnsubscribed, EVENTS.mailBounced, 'mail.complained'];
export const isRefusal = ({ type }: Pick<FactEvent, 'type'>): boolean => REFUSALS.includes(type);

/** People as they are on record: the reactions to a template come again when the draft sends it, the answers in their order. */
export class Replay implements Behaviour {
  private readonly mails: Taken<RecordedMail>;
  private readonly handoffs: Taken<RecordedHandoff>;
  private readonly tasks: Taken<RecordedTask>;
  private readonly messages: Taken<RecordedMessage>;
  private readonly taken = new Map<string, RecordedMail | undefined>();
  private readonly answers = new Map<string, { readonly action: Answer; readonly at: Instant }>();
  private readonly told = new Map<string, { tries: number; readonly record: RecordedMessage | undefined }>();
  /** `seq` of the reactions that have come, or will. */
  private readonly come = new Set<number>();
  private readonly numbers = { mailsNeverSent: 0, refusalsKept: 0, handoffsNeverOffered: 0, tasks: 0, messages: 0 };

  constructor(
    record: Pick<RecordedHistory, 'mails' | 'handoffs' | 'tasks' | 'messages'>,
    private readonly reactions: ReadonlyMap<string, readonly FactEvent[]>,
    private readonly o: { readonly now: Instant; readonly happen: (events: readonly ScriptedEvent[]) => void },
  ) {
    const sent = record.mails.filter(({ status }) => status !== 'skipped');
    this.mails = new Taken(sent, ({ template }) => template);
    this.handoffs = new Taken(record.handoffs, () => 'handoff');
    this.tasks = new Taken(record.tasks, ({ kind }) => kind);
    this.messages = new Taken(record.messages, ({ endpoint }) => endpoint);
  }

  get unknown(): Unknown {
    const all = [...this.reactions.values()].flat();
    return { ...this.numbers, reactionsLeftOut: all.filter(({ seq }) => !this.come.has(seq)).length };
  }

  /** Whether it is still to be said at its time on record: no mail of the draft has brought it about before. */
  keepsRefusal({ seq }: FactEvent): boolean {
    if (this.come.has(seq)) return false;
    this.come.add(seq);
    this.numbers.refusalsKept += 1;
    return true;
  }

  delivery: Behaviour['delivery'] = (_, { sendId, template, at }) => {
    const record = this.mails.take(sendId, template);
    this.taken.set(sendId, record);
    if (!record) {
      this.numbers.mailsNeverSent += 1;
      return 'accepted';
    }
    if (record.status === 'skipped' || record.status === 'accepted') return 'accepted';
    this.o.happen(this.after(record, { sendId, at }));
    return record.status;
  };

  afterMail: Behaviour['afterMail'] = (_, mail) => {
    const record = this.taken.get(mail.sendId);
    return record ? this.after(record, mail) : [];
  };

  /** What came of a mail comes again, as long after it as it came; a refusal no later than it was said. */
  private after(
    record: RecordedMail,
    { sendId, at }: { readonly sendId: string; readonly at: Instant },
  ): readonly ScriptedEvent[] {
    const events = (this.reactions.get(record.id) ?? []).filter(({ seq }) => !this.come.has(seq));
    for (const { seq } of events) this.come.add(seq);
    return events.map((event) => {
      const dueAt = at + (event.at - record.at);
      return {
        type: event.type,
        dueAt: isRefusal(event) ? Math.min(dueAt, event.at) : dueAt,
        properties: { ...event.properties, sendId },
      };
    });
  }

  /** Until when it is known what came of a handoff; undefined: for good. */
  knownUntil(handoffId: string, offeredAt: Instant): Instant | undefined {
    const record = this.handoffs.take(handoffId, 'handoff');
    if (!record) {
      this.numbers.handoffsNeverOffered += 1;
      return offeredAt;
    }
    const { answer, at } = record;
    if (answer === 'open') return offeredAt + (this.o.now - at);
    if (answer) this.answers.set(handoffId, { ...answer, at: offeredAt + (answer.at - at) });
    return undefined;
  }

  afterOffer: Behaviour['afterOffer'] = (_, { handoffId }) => {
    const answer = this.answers.get(handoffId);
    if (!answer) return [];
    const { action, at: dueAt } = answer;
    return [{ type: REP_ANSWERS, dueAt, properties: { handoffId, action, reason: '' } }];
  };

  afterTask: Behaviour['afterTask'] = (_, { taskId, kind, givenAt }) => {
    const record = this.tasks.take(taskId, kind);
    if (!record) this.numbers.tasks += 1;
    if (!record?.closed) return [];
    const { outcome, at } = record.closed;
    return [{ type: REP_CLOSES, dueAt: givenAt + (at - record.at), properties: { taskId, outcome } }];
  };

  /** As many tries as it took; what was answered is not on record. */
  webhook: Behaviour['webhook'] = (_, { endpoint, key }) => {
    const known = this.told.get(key);
    const message = known ?? { tries: 0, record: this.messages.take(key, endpoint) };
    this.told.set(key, message);
    if (!known && !message.record) this.numbers.messages += 1;
    message.tries += 1;
    const { tries, record } = message;
    if (!record) return { type: 'answered', status: 200, body: '{}' };
    const { isDelivered, attempts } = record;
    if (isDelivered === null || tries < attempts) return { type: 'answered', status: 503, body: '' };
    return { type: 'answered', status: isDelivered ? 200 : 400, body: '{}' };
  };
}
