import { dueText, type Happening, storyLines } from '../../../src/domain/handoff/story';

const MIDNIGHT_UTC = Date.UTC(2026, 0, 6, 0, 30); // the evening before in São Paulo
const clicked: Happening = {
  type: 'event',
  at: MIDNIGHT_UTC,
  event: 'mail.clicked',
  properties: {},
  subject: 'Prices',
};

describe('the story for a rep', () => {
  it('tells days in the zone and words in the language of the lead', () => {
    const zone = 'America/Sao_Paulo';
    expect(storyLines([clicked], { zone, locale: 'en' })).toEqual([
      { day: '5 Jan', text: 'clicked a link in the mail “Prices”' },
    ]);
    expect(storyLines([clicked], { zone, locale: 'pt-BR' })).toEqual([
      { day: '5 jan.', text: 'clicou em um link do e-mail “Prices”' },
    ]);
  });

  it('keeps the name of an event it has no words for, and the reasons of decisions', () => {
    const lines = storyLines(
      [
        { ...clicked, event: 'webinar.joined', properties: { room: { id: 1 } } },
        { type: 'decision', at: MIDNIGHT_UTC, outcome: 'warm', reason: 'interest 22 is at least 20' },
      ],
      { zone: 'UTC', locale: 'en' },
    );
    expect(lines.map(({ text }) => text)).toEqual(['webinar.joined', 'warm: interest 22 is at least 20']);
  });

  it('tells decisions and answers in Portuguese to whoever reads it', () => {
    const decision = (outcome: string): Happening => ({ type: 'decision', at: MIDNIGHT_UTC, outcome, reason: 'why' });
    const answered = { ...clicked, event: 'handoff.answered', properties: { action: 'recycle', reason: 'em março' } };
    const story = [decision('grade B'), decision('hot'), decision('mql'), answered];
    expect(storyLines(story, { zone: 'UTC', locale: 'pt-BR' }).map(({ text }) => text)).toEqual([
      'nota de perfil B',
      'interesse quente',
      'qualificado pelo marketing (MQL)',
      'vendas: devolvido, em março',
    ]);
  });

  it('says in which zone a handoff is due', () => {
    expect(dueText(MIDNIGHT_UTC, { zone: 'America/Sao_Paulo', locale: 'en' })).toBe(
      'Mon 5 Jan, 21:30 (America/Sao_Paulo)',
    );
  });
});
