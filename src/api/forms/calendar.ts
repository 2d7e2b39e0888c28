import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { Session, Webinar } from '../../domain/forms/brings';
import type { HostedForm } from '../../domain/forms/schema';
import { type Instant, keyOf } from '../../domain/ids';
import { textsOf } from './render';

/**
 * The webinar as a file for calendars (RFC 5545). The id stays when the date moves, so that a calendar that takes the file again moves its
 * entry. Times are in UTC, which every calendar shows by its own clock.
 */
export function calendarFile({
  form,
  webinar,
  session: { session, startsAt, endsAt, place, isCancelled },
  locale,
  host,
  now,
}: {
  readonly form: HostedForm;
  readonly webinar: Webinar;
  readonly session: Session;
  readonly locale: string;
  readonly host: string;
  readonly now: Instant;
}): string {
  const textOf = textsOf(form, locale);
  const calendar = ical({ prodId: { company: 'Viveiro', product: 'forms', language: locale.toUpperCase() } });
  calendar.method(ICalCalendarMethod.PUBLISH);
  const description = textOf(webinar.description);
  const isLink = place !== undefined && /^https?:\/\//.test(place) && URL.canParse(place);
  calendar.createEvent({
    id: `${keyOf('webinar', form.form, webinar.webinar ?? '', ...(session === null ? [] : [session]))}@${host}`,
    stamp: new Date(now),
    start: new Date(startsAt),
    end: new Date(endsAt),
    summary: textOf(webinar.title ?? form.title),
    ...(isCancelled ? { status: ICalEventStatus.CANCELLED } : {}),
    ...(description ? { description } : {}),
    ...(place ? { location: place } : {}),
    ...(isLink ? { url: place } : {}),
  });
  return foldedByOctets(calendar.toString());
}

const MOST_OCTETS = 75;

/** RFC 5545 §3.1: lines of at most 75 octets, each with its end; the package counts letters, of which ours have two octets at times. */
function foldedByOctets(text: string): string {
  const lines = text.replaceAll(/\r\n[ \t]/g, '').split('\r\n');
  return lines.map((line) => `${folded(line).join('\r\n ')}\r\n`).join('');
}

function folded(line: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const letter of line) {
    const room = MOST_OCTETS - (parts.length > 0 ? 1 : 0); // the space before a line that goes on
    if (Buffer.byteLength(part + letter) > room) {
      parts.push(part);
      part = '';
    }
    part += letter;
  }
  return [...parts, part];
}
