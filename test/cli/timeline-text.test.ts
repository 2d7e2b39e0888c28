import { timelineText } from '../../src/cli/timeline-text';
import type { JourneySummary } from '../../src/store/summary';
import type { TimelineEntry } from '../../src/store/timeline';

const offered: TimelineEntry = {
  day: 13,
  at: '2026-12-08T16:17:00.000Z',
  contact: 'ana@example.test',
  timeZone: 'America/Sao_Paulo',
  sequence: 'nurture',
  step: 'sell',
  kind: 'handoff',
  outcome: 'offered',
  reason: '',
  subject: null,
};
const answered: TimelineEntry = { ...offered, at: '2026-12-09T02:42:00.000Z', outcome: 'accepted', reason: 'yes' };
const summary: JourneySummary = {
  leads: 1,
  clients: 0,
  journeys: 1,
  journeysFinished: 1,
  clientJourneys: 0,
  clientJourneysFinished: 0,
  mailsAccepted: 2,
  mailsToReps: 1,
  mailsUnknown: 0,
  clicks: 0,
  mqls: 0,
  handoffs: 1,
  handoffsAccepted: 1,
  handoffsRecycled: 0,
  handoffsRejected: 0,
  handoffsExpired: 0,
  reactivated: 0,
  decisions: 2,
  virtualDays: 14,
  outcomes: {},
};
const rehearsed = { rehearsal: 'r', sequence: 'nurture', summary, realSeconds: 2, database: null };

it('a timeline tells date and time by the clock of the contact, so that no time runs backwards within a day', () => {
  expect(timelineText({ ...rehearsed, timeline: [offered, answered] })).toBe(`
ana@example.test  (America/Sao_Paulo)
  day  13  Tue 2026-12-08 13:17  sell                handoff offered
  day  13  Tue 2026-12-08 23:42  sell                handoff accepted: yes

2 mails, 1 handoff, 14 days in 2 s.
`);
});
