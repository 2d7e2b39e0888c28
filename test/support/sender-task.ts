import type { SendRequest } from '../../src/activities/begin-send';
import type { RepMail } from '../../src/activities/handoff-mail';
import type { LedgerMoment } from '../../src/activities/send-mail';
import type { Instant } from '../../src/domain/ids';
import type { Templates } from '../../src/mail/templates';

/** A moment of the ledger; `noted`: the final reply is noted, and nothing else; `never`: where its server says nothing more. */
export type Death = LedgerMoment | 'noted' | 'never';

/** One mail of the process of test/support/sender-child.ts, and where that process stands still with it. */
export type SenderTask = { readonly smtpUrl: string; readonly standAt: Death } & (
  | { readonly type: 'journey'; readonly request: SendRequest }
  | { readonly type: 'rep'; readonly sendId: string; readonly now: Instant }
);

export interface SenderOrder {
  readonly databaseUrl: string;
  readonly leaseMs: number;
  readonly tasks: readonly SenderTask[];
}

export const sendIdOf = (task: SenderTask): string => (task.type === 'journey' ? task.request.key : task.sendId);

const none = (name: string): never => {
  throw new Error(`template "${name}" is not published`);
};

/** For processes that mail by published templates alone. */
export const NO_TEMPLATES: Templates = {
  folder: '',
  names: [],
  check: none,
  lint: none,
  content: none,
  render: ({ template }) => none(template),
};

/** The same for every process that asks. */
export function mailOfRep(sendId: string): RepMail {
  return {
    handoffId: sendId,
    journeyId: sendId,
    stepId: 'sell',
    recipient: 'rita@sales.example',
    template: 'rep-handoff',
    locale: 'en',
    data: {
      rep: { name: 'Rita' },
      lead: { name: 'Ana', offer: 'course', score: 12, grade: 'A', temperature: 'warm' },
      story: [],
      links: { accept: 'https://viva.example/h/t#accept', reject: '#', recycle: '#' },
      dueText: 'Tue 6 Jan',
    },
  };
}
