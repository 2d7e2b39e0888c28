import type { FinishedDemo } from '../runtime/demo/run';
import { bar } from './progress';
import { table } from './table';

const BAR_WIDTH = 30;

/** The summary of a demo for a person: what happened, how journeys ended, and where to look. */
export function demoText({ summary }: FinishedDemo): string {
  const { virtualDays, realSeconds, startSeconds, outcomes, uncertain } = summary;
  const counts: readonly (readonly [string, number | string])[] = [
    ['leads', summary.leads],
    [
      'journeys finished',
      `${summary.journeysFinished + summary.clientJourneysFinished} of ${summary.journeys + summary.clientJourneys}`,
    ],
    ['mails accepted', summary.mailsAccepted],
    ['mails to reps', summary.mailsToReps],
    ['messages in the inbox', summary.inboxMessages],
    ['duplicates', summary.duplicateSends],
    ['in doubt', summary.mailsUnknown],
    ['clicks', summary.clicks],
    ['MQLs', summary.mqls],
    [
      'handoffs',
      `${summary.handoffs} (${summary.handoffsAccepted} accepted, ${summary.handoffsRecycled} recycled, ${summary.handoffsRejected} rejected, ${summary.handoffsExpired} expired)`,
    ],
    ['clients won back', `${summary.reactivated} of ${summary.clients}`],
    ['decisions stored', summary.decisions],
    ['time', `${virtualDays} days in ${realSeconds} s, after a start of ${startSeconds} s`],
  ];
  const most = Math.max(1, ...Object.values(outcomes));
  const ends = Object.entries(outcomes).map(([outcome, count]) => [
    outcome,
    bar(count / most, BAR_WIDTH),
    String(count),
  ]);
  const shown = table(
    ['summary', ''],
    counts.map(([name, value]) => [name, String(value)]),
  );
  const doubts = uncertain.map(({ recipient, subject, messageId }) => [recipient, subject ?? '', messageId]);
  const inDoubt =
    doubts.length > 0 ? `\n${table(['in doubt, never sent again by itself', 'subject', 'Message-ID'], doubts)}` : '';
  return `\n${shown}\n${table(['how journeys ended', '', ''], ends)}${inDoubt}`;
}
