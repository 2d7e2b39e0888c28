import type { Backtested, Course } from '../domain/simulation/backtest';
import { type Compared, isSame } from '../domain/simulation/backtest-sums';
import type { BacktestResult } from '../runtime/backtesting';
import { minuteText } from './output';
import { table } from './table';

/** A backtest in sum, for a person. */
export function backtestText(result: BacktestResult): string {
  const { sequence, since, contacts, entered, same } = result;
  const cut = result.isCut ? 'More are on record: --limit takes more.\n' : '';
  return [
    `${sequence} since ${since.slice(0, 10)}: ${contacts} contacts on record. ${entered.would} would have entered, ${entered.happened} did. For ${same} all would have been the same.\n${cut}`,
    sumsText(result),
    unknownText(result),
  ].join('\n');
}

function sumsText({ journeys, mails, mailsByTemplate, skipped, deferred, handoffs, outcomes }: BacktestResult): string {
  const row = (name: string, { would, happened }: Compared) => [name, String(would), String(happened)];
  const part = (parts: { readonly [name: string]: Compared }) =>
    Object.entries(parts).map(([name, one]) => row(`  ${name}`, one));
  return table(
    ['', 'would have been', 'happened'],
    [
      row('mails', mails),
      ...part(mailsByTemplate),
      row('not sent at all', skipped),
      row('deferred', deferred),
      row('handoffs', handoffs),
      row('journeys', journeys),
      ...part(outcomes),
    ],
  );
}

function unknownText({ unknown, paused, erased }: BacktestResult): string {
  const lines = [
    `${unknown.mailsNeverSent} mails were never sent: no reaction to them is assumed.`,
    `${unknown.reactionsLeftOut} reactions on record are to mails that the draft would not have sent: they are left out.`,
    `${unknown.refusalsKept} times somebody said no to such a mail: that holds all the same, from when it was said.`,
    `${unknown.handoffsNeverOffered} handoffs were never offered: those journeys are followed no further (outcome unknown).`,
    `${unknown.tasks} tasks were never given: they count as overdue.`,
    `${unknown.messages} messages to other systems were never sent: they count as answered with nothing.`,
    `${paused} contacts were touched by a pause: the draft is tested without.`,
    `${erased} journeys were of people who are on record no more: they are left out on both sides.`,
    'Attributes, tags, organisations and zones are those of today; scores are worked out anew by the rules of today.',
  ];
  return `What nobody can know:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** One line of a contact; `(…)`: what happened. */
export function contactLine(one: Backtested): string {
  const { email, would, happened } = one;
  const count = (name: string, read: (course: Course) => readonly unknown[]) =>
    `${name} ${read(would).length} (${read(happened).length})`;
  const outcomes = ({ journeys }: Course) => journeys.map(({ outcome }) => outcome).join(', ') || 'not in it';
  const counts = [
    count('mails', ({ mails }) => mails),
    count('not sent', ({ skips }) => skips),
    count('handoffs', ({ handoffs }) => handoffs),
  ];
  return `${isSame(one) ? '=' : '~'} ${email}: ${counts.join(', ')}, ${outcomes(would)} (${outcomes(happened)})\n`;
}

/** One contact, mail by mail. */
export function contactText({ email, would, happened }: Backtested): string {
  const said = [...happenings(would, WOULD), ...happenings(happened, WAS)];
  const rows = said
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, what, step, template, reason }) => [minuteText(at), what, step, template, reason]);
  return `${email}\n${table(['when (UTC)', '', 'step', 'template', 'why'], rows)}`;
}

const WOULD = { sent: 'would have been sent', not: 'would not have been sent', handed: 'would have been handed over' };
const WAS = { sent: 'was sent', not: 'was not sent', handed: 'was handed over' };

function happenings({ mails, skips, handoffs }: Course, words: typeof WOULD) {
  return [
    ...mails.map((mail) => ({ ...mail, what: words.sent, reason: '' })),
    ...skips.map((skip) => ({ ...skip, what: words.not })),
    ...handoffs.map(({ at, team }) => ({ at, what: words.handed, step: '', template: '', reason: `team ${team}` })),
  ];
}
