import { DateTime } from 'luxon';
import type { Rehearsed } from '../runtime/rehearsal/rehearse';
import type { TimelineEntry } from '../store/timeline';

/** The timeline of a rehearsal for a person: contact by contact, by their clock: day, step, decision, reason, subject of a mail. */
export function timelineText({ timeline, summary, realSeconds, database }: Rehearsed): string {
  const contacts = [...new Set(timeline.map(({ contact }) => contact))];
  const stories = contacts.map((contact) => {
    const entries = timeline.filter((entry) => entry.contact === contact);
    return `${contact}  (${entries[0]?.timeZone})\n${entries.map(entryLine).join('')}`;
  });
  const { mailsAccepted, handoffs, virtualDays } = summary;
  const counts = [counted(mailsAccepted, 'mail'), counted(handoffs, 'handoff'), counted(virtualDays, 'day')].join(', ');
  const kept = database ? `Its database is kept: ${database}\n` : '';
  return `\n${stories.join('\n')}\n${counts} in ${realSeconds} s.\n${kept}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function entryLine({ day, at, timeZone, step, kind, outcome, reason, subject }: TimelineEntry): string {
  const when = DateTime.fromISO(at, { zone: timeZone, locale: 'en' }).toFormat('ccc yyyy-MM-dd HH:mm');
  const what = `${kind} ${outcome}${subject ? ` “${subject}”` : ''}`;
  return `  day ${String(day).padStart(3)}  ${when}  ${(step ?? '').padEnd(18)}  ${what}${reason ? `: ${reason}` : ''}\n`;
}
