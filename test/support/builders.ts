import { calendarsFrom, calendarsSchema } from '../../src/domain/calendar/schema';
import type { FactEvent, Facts, LeadFacts, Stage } from '../../src/domain/facts';
import type { Rules } from '../../src/domain/rules';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { type Definition, definitionSchema } from '../../src/domain/sequence/definition';

/** A Monday morning in São Paulo: tests use this literal instead of a clock. */
export const MONDAY = Date.UTC(2026, 0, 5, 12);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const CONTACT_ID = '0193b6a0-0000-7000-8000-000000000001';
export const JOURNEY_ID = '0193b6a0-0000-7000-8000-00000000000a';

/** A valid definition; say only what matters to the test. */
export function aDefinition(
  parts: { readonly steps: readonly object[] } & { readonly [key: string]: unknown },
): Definition {
  return definitionSchema.parse({ sequence: 'test', title: 'Test', audience: 'lead', enter: {}, ...parts });
}

export function anEvent(seq: number, type: string, parts: Partial<FactEvent> = {}): FactEvent {
  return { seq, type, at: MONDAY, journeyId: null, properties: {}, ...parts };
}

/** Rules that nothing in a test depends on. */
export const someRules: Pick<Rules, 'scoring' | 'calendars'> = {
  scoring: scoringSchema.parse({
    grades: { A: 30, B: 20, C: 10 },
    halfLife: '14d',
    temperature: { warm: 20, hot: 40 },
    mql: { score: 40, grade: 'B' },
  }),
  calendars: calendarsFrom(
    calendarsSchema.parse({
      calendars: { office: { hours: { mon: ['09:00-12:00', '14:00-18:00'], thu: ['10:00-16:00'] } } },
    }),
    'America/Sao_Paulo',
  ),
};

/** Facts of a lead from São Paulo with the given events. */
export function someFacts(events: readonly FactEvent[] = [], parts: Partial<Facts> = {}): Facts {
  return {
    contact: {
      id: CONTACT_ID,
      email: 'ana@example.test',
      name: 'Ana',
      locale: 'pt-BR',
      timeZone: 'America/Sao_Paulo',
      createdAt: MONDAY,
      attributes: {},
      tags: [],
    },
    lead: null,
    client: null,
    organisation: null,
    events,
    lastSeq: Math.max(0, ...events.map(({ seq }) => seq)),
    ...parts,
  };
}

/** Facts of a lead that stands at this stage. */
export function aLeadAt(stage: Stage): LeadFacts {
  return {
    id: '0193b6a0-0000-7000-8000-00000000000c',
    offer: 'course',
    source: 'web',
    campaign: null,
    stage,
    temperature: 'warm',
    grade: 'B',
    score: 20,
    createdAt: MONDAY,
  };
}
