import type { Rehearsed } from '../runtime/rehearsal/rehearse';
import type { TimelineEntry } from '../store/timeline';

/** The timeline of a rehearsal for a person: contact by contact, day, step, decision, reason, subject of a mail. */
export function timelineText({ timeline, summary, realSeconds, database }: Rehearsed): string {
  const contacts = [...new Set(timeline.map(({ contact }) => contact))];
  const stories = contacts.map((contact) => {
    const entries = timeline.filter((entry) => entry.contact === contact);
    return `${contact}\n${entries.map(entryLine).join('')}`;
  });
  const { mailsAccepted, handoffs, virtualDays } = summary;
  const kept = database ? `Its database is kept: ${database}\n` : '';
  return `\n${stories.join('\n')}\n${mailsAccepted} mails, ${handoffs} handoffs, ${virtualDays} days in ${realSeconds} s.\n${kept}`;
}

function entryLine({ day, at, step, kind, outcome, reason, subject }: TimelineEntry): string {
  const when = `day ${String(day).padStart(3)}  ${at.slice(11, 16)}`;
  const what = `${kind} ${outcome}${subject ? ` “${subject}”` : ''}`;
  return `  ${when}  ${(step ?? '').padEnd(18)}  ${what}${reason ? `: ${reason}` : ''}\n`;
}
