import { lifecycleSchema } from '../../src/domain/client/rules';
import { gateSchema } from '../../src/domain/gate/rules';
import { keyOf, newId } from '../../src/domain/ids';
import { initialState } from '../../src/domain/journey/state';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { type Db, transaction } from '../../src/store/db';
import { insertJourney } from '../../src/store/journeys';
import type { TurnDeps } from '../../src/store/turn';
import { DAY, MONDAY } from './builders';
import { ROUTING } from './routing';

export const SALES: TurnDeps = {
  rules: {
    scoring: scoringSchema.parse({
      grades: { A: 30, B: 20, C: 10 },
      halfLife: '14d',
      temperature: { warm: 20, hot: 40 },
      mql: { score: 40, grade: 'B' },
    }),
    lifecycle: lifecycleSchema.parse({
      preInactiveAfter: '60d',
      inactiveAfter: '120d',
      sweep: { at: '03:00', zone: 'America/Sao_Paulo', perDay: 100 },
    }),
    routing: ROUTING,
    gate: gateSchema.parse({ consentFor: ['marketing'] }),
    calendars: { zone: 'America/Sao_Paulo' },
    segments: {},
  },
};

export interface SoldLead {
  readonly contactId: string;
  readonly leadId: string;
  readonly journeyId: string;
  /** The id that its handoff will have. */
  readonly handoffId: string;
}

/** An MQL whose journey stands before the step `sell`: a handoff with an SLA of one day. */
export async function anMql(
  db: Db,
  o: { readonly team?: string; readonly temperature?: string } = {},
): Promise<SoldLead> {
  const [contactId, leadId, journeyId, versionId] = [newId(), newId(), newId(), newId()];
  const createdAt = new Date(MONDAY - DAY);
  const sequence = `nurture-${journeyId}`;
  const definition = {
    sequence: 'nurture',
    title: 'Nurture',
    audience: 'lead',
    enter: {},
    steps: [
      { id: 'sell', type: 'handoff', sla: '1d', ...(o.team ? { team: o.team } : {}) },
      { id: 'done', type: 'end' },
    ],
  };
  await db.contact.create({
    data: { id: contactId, email: `${contactId}@example.test`, name: 'Ana', locale: 'en', createdAt },
  });
  await db.lead.create({
    data: {
      id: leadId,
      contactId,
      offer: 'course',
      source: 'form',
      stage: 'mql',
      temperature: o.temperature ?? 'warm',
      grade: 'B',
      interestAt: createdAt,
      createdAt,
    },
  });
  await db.sequenceVersion.create({
    data: {
      id: versionId,
      sequence,
      version: 1,
      definition,
      source: '',
      checksum: '',
      publishedAt: createdAt,
    },
  });
  await transaction(db, (tx) =>
    insertJourney(tx, {
      id: journeyId,
      contactId,
      leadId,
      sequence,
      versionId,
      state: initialState(0),
      enteredAt: MONDAY - DAY,
    }),
  );
  return { contactId, leadId, journeyId, handoffId: keyOf(journeyId, 'sell', 1) };
}
