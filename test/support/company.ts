import type { Company } from './live';

const sequence = (name: string, steps: readonly string[], more = ''): string =>
  `sequence: ${name}\ntitle: A test\naudience: lead\nenter: { byHand: true }\n${more}steps:\n${steps.map((step) => `  - { ${step} }\n`).join('')}`;

/** Half a day from now: no sweep comes in between. */
const sweepAt = (): string => new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);

/** Sequences whose journeys stay where they are until something comes, and the rules that go with them. */
export const aCompany = (webhookUrl = 'http://127.0.0.1:1'): Company => ({
  'rules/scoring.yaml':
    'grades: { A: 30, B: 20, C: 10 }\nhalfLife: 14d\ntemperature: { warm: 20, hot: 40 }\nmql: { score: 40, grade: B }\n',
  'rules/lifecycle.yaml': `preInactiveAfter: 60d\ninactiveAfter: 120d\nsweep: { at: "${sweepAt()}", zone: UTC, perDay: 10 }\n`,
  'rules/routing.yaml':
    'teams: { sales: { reps: [{ name: Rita, email: rita@example.test }], manager: { name: Marta, email: marta@example.test } } }\notherwise: sales\n',
  'rules/gate.yaml': 'consentFor: [marketing]\n',
  'rules/webhooks.yaml': `endpoints: { crm: { url: "${webhookUrl}", secretEnv: VIVEIRO_WEBHOOK_CRM, allowPrivate: true, timeout: 2s, tries: 1 } }\n`,
  'rests.yaml': sequence('rests', ['id: rest, type: wait, for: 2d', 'id: done, type: end']),
  'listens.yaml': sequence('listens', [
    'id: listen, type: waitFor, event: page.seen, timeout: 5d, onEvent: came, onTimeout: silent',
    'id: came, type: end, outcome: came',
    'id: silent, type: end, outcome: silent',
  ]),
  'rings.yaml': sequence('rings', [
    'id: ring, type: task, kind: call, title: Ask about it, due: 2d, outcomes: { reached: talked, no-answer: silent }',
    'id: talked, type: end, outcome: talked',
    'id: silent, type: end, outcome: silent',
  ]),
  'halts.yaml': sequence('halts', ['id: rest, type: wait, for: 2d', 'id: done, type: end']),
  'sells.yaml': sequence('sells', [
    'id: sell, type: handoff, sla: 1d, onAccepted: sold, onRejected: done, onRecycled: done, onExpired: done',
    'id: sold, type: end, outcome: sold',
    'id: done, type: end',
  ]),
  'first.yaml': sequence(
    'first',
    ['id: listen, type: waitFor, event: page.seen, timeout: 5d', 'id: done, type: end'],
    'exclusive: { group: offers }\nreenter: always\n',
  ),
  'second.yaml': sequence(
    'second',
    ['id: listen, type: waitFor, event: page.seen, timeout: 5d', 'id: done, type: end'],
    'exclusive: { group: offers }\n',
  ),
  'orders.yaml':
    'sequence: orders\ntitle: A test\naudience: lead\nenter: { on: order.placed }\nreenter: { perKey: orderId }\nsteps: [{ id: rest, type: wait, for: 2d }, { id: done, type: end }]\n',
  'invited.yaml':
    'sequence: invited\ntitle: A test\naudience: lead\nenter: { on: fair.visited, byHand: false }\nsteps: [{ id: rest, type: wait, for: 2d }, { id: done, type: end }]\n',
  'clients.yaml':
    'sequence: clients\ntitle: A test\naudience: client\nenter: { byHand: true }\nsteps: [{ id: rest, type: wait, for: 2d }, { id: done, type: end }]\n',
  'asks.yaml': sequence('asks', [
    'id: ask, type: webhook, endpoint: crm, set: { size: company.size, sector: company.sector }, onFailed: failed',
    'id: told, type: end, outcome: told',
    'id: failed, type: end, outcome: failed',
  ]),
});

export const COMPANY_ENVIRONMENT = { VIVEIRO_WEBHOOK_CRM: `whsec_${Buffer.alloc(32, 7).toString('base64')}` } as const;

export const SEQUENCE_FILES = Object.keys(aCompany()).filter((name) => !name.startsWith('rules/'));
