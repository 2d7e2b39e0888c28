import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { loadForms } from '../../src/api/forms/load';
import { type ApiDeps, buildApi } from '../../src/api/server';
import { lifecycleSchema } from '../../src/domain/client/rules';
import { gateSchema } from '../../src/domain/gate/rules';
import { routingSchema } from '../../src/domain/handoff/rules';
import type { Instant } from '../../src/domain/ids';
import type { Rules } from '../../src/domain/rules';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { createApiKey } from '../../src/store/api-keys';
import type { Db } from '../../src/store/db';
import { listRefusals, type RefusalCount } from '../../src/store/refusals';
import { testDatabase } from './database';
import { LINK_SECRET } from './secret';

/** When requests of these tests happen. */
export const NOON: Instant = Date.UTC(2026, 2, 2, 12);
export { LINK_SECRET } from './secret';

export const aRules: Rules = {
  scoring: scoringSchema.parse({
    grades: { A: 30, B: 20, C: 10 },
    interest: [{ name: 'clicks', on: 'mail.clicked', points: 10, cap: 30 }],
    halfLife: '14d',
    temperature: { warm: 20, hot: 40 },
    mql: { score: 40, grade: 'B' },
  }),
  lifecycle: lifecycleSchema.parse({
    preInactiveAfter: '60d',
    inactiveAfter: '120d',
    sweep: { at: '03:00', zone: 'America/Sao_Paulo', perDay: 100 },
  }),
  routing: routingSchema.parse({
    teams: {
      sales: {
        reps: [{ name: 'Rita', email: 'rita@example.test' }],
        manager: { name: 'Marta', email: 'marta@example.test' },
      },
    },
    otherwise: 'sales',
  }),
  calendars: { zone: 'America/Sao_Paulo' },
  segments: {},
  gate: gateSchema.parse({ consentFor: ['marketing'] }),
};

export interface TestApi {
  readonly app: FastifyInstance;
  readonly db: Db;
  readonly databaseUrl: string;
  /** Headers of a caller with a good key. */
  readonly headers: { readonly authorization: string };
  /** All that was refused so far, as it is counted on record. */
  refusals(): Promise<readonly RefusalCount[]>;
}

/** The API on a database of its own, with the shipped forms: made before a file's tests, closed after them. */
export function testApi(overrides: Partial<ApiDeps> = {}): TestApi {
  const database = testDatabase();
  const api: { -readonly [K in keyof TestApi]: TestApi[K] } & { headers: { authorization: string } } = {
    app: undefined as never, // these are set before the first test
    db: undefined as never,
    databaseUrl: '',
    headers: { authorization: '' },
    refusals: async () => {
      await api.app.refusals.settled();
      return listRefusals(api.db, { since: 0 });
    },
  };
  beforeAll(async () => {
    api.db = database.db;
    api.databaseUrl = database.url;
    api.app = buildApi({
      db: database.db,
      turn: { rules: aRules },
      linkSecret: LINK_SECRET,
      publicUrl: 'http://localhost',
      forms: loadForms(path.resolve(__dirname, '../../forms')),
      clock: () => NOON,
      ...overrides,
    });
    await api.app.ready();
    const { key } = await createApiKey(database.db, { name: 'tests', at: NOON });
    api.headers.authorization = `Bearer ${key}`;
  });
  afterAll(() => api.app?.close());
  return api;
}
