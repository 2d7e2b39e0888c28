import { type RoutingRules, routingSchema } from '../../src/domain/handoff/rules';

const person = (name: string, weight = 1) => ({ name, email: `${name.toLowerCase()}@example.test`, weight });

/** Two teams: leads with a score go to `hunters`, all others to `sales`. */
export const ROUTING: RoutingRules = routingSchema.parse({
  teams: {
    sales: { reps: [person('Rita', 2), person('Rui')], manager: person('Marta') },
    hunters: { reps: [person('Hugo')], manager: person('Helena') },
  },
  rules: [{ name: 'hot-first', when: { fact: 'lead.temperature', is: 'hot' }, team: 'hunters' }],
  otherwise: 'sales',
});
