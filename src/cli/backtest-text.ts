import type { BacktestResult } from '../runtime/backtesting';
import { minuteText } from './output';
import { table } from './table';

/** A backtest for a person; of one contact, mail by mail. */
export function backtestText(result: BacktestResult, { isOne }: { readonly isOne: boolean }): string {
  const { sequence, since, contacts, entered, mails, handoffs, mailsByTemplate, deferred, skipped, outcomes } = result;
  const sums = table(
    ['', 'would have been', 'happened'],
    [
      ['mails', String(mails.would), String(mails.happened)],
      ...Object.entries(mailsByTemplate).map(([template, one]) => [
        `  ${template}`,
        String(one.would),
        String(one.happened),
      ]),
      ['handoffs', String(handoffs.would), String(handoffs.happened)],
      ['deferred', String(deferred), ''],
      ['not sent at all', String(skipped), ''],
    ],
  );
  const ends = table(
    ['outcome', 'journeys'],
    Object.entries(outcomes).map(([name, count]) => [name, String(count)]),
  );
  return [
    `${sequence} since ${since.slice(0, 10)}: ${contacts} contacts on record, ${entered} would have entered.\n`,
    sums,
    ends,
    unknownText(result),
    ...(isOne ? [peopleText(result)] : []),
  ].join('\n');
}

function unknownText({ unknown }: BacktestResult): string {
  return `What nobody can know:
  ${unknown.mailsNeverSent} mails were never sent: no reaction to them is assumed.
  ${unknown.reactionsLeftOut} reactions on record are to mails that the draft would not have sent: they are left out.
  ${unknown.handoffsNeverOffered} handoffs were never answered: those journeys are followed no further (outcome unknown).
  ${unknown.tasks} tasks were never given: they count as overdue. Other systems are taken to answer with nothing.
  Attributes, tags and zones are those of today; scores are worked out anew by the rules of today.
`;
}

const peopleText = ({ people }: BacktestResult): string =>
  people
    .map(({ would, happened }) =>
      table(
        ['when (UTC)', 'step', 'template', ''],
        [
          ...would.mails.map((mail) => ({ ...mail, what: 'would have been sent' })),
          ...happened.mails.map((mail) => ({ ...mail, what: 'was sent' })),
          ...would.handoffs.map((at) => ({ at, step: '', template: '', what: 'would have been handed over' })),
          ...happened.handoffs.map((at) => ({ at, step: '', template: '', what: 'was handed over' })),
        ]
          .toSorted((a, b) => a.at - b.at)
          .map(({ at, step, template, what }) => [minuteText(at), step, template, what]),
      ),
    )
    .join('\n');
