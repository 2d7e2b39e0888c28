import type { EffectOutcome } from '../journey/move';
import { endpointOf } from '../webhook/rules';
import { USUAL_LIMITS, webhookOutcome } from '../webhook/settle';
import type { Run } from './run';
import type { Simulation } from './simulation';

/** What comes of a message to another system; one that was not taken is tried again, as in life. */
export function tellOthers(
  { setting, now }: Simulation,
  run: Run,
  { stepId, key }: { readonly stepId: string; readonly key: string },
): EffectOutcome {
  const { behaviour, rules } = setting;
  const { definition, messages, person } = run;
  const step = definition.steps.find(({ id }) => id === stepId);
  if (step?.type !== 'webhook') throw new TypeError(`step ${stepId} is no webhook`);
  const { attempts, plannedAt } = messages.get(key) ?? { attempts: 0, plannedAt: now };
  const { endpoint, set } = step;
  const actor = { contact: person.facts.contact, audience: definition.audience };
  const reply = behaviour.webhook(actor, { endpoint, key, now });
  const limits = endpointOf(rules.webhooks, endpoint) ?? USUAL_LIMITS;
  const outcome = webhookOutcome(reply, { key, attempts, plannedAt, now, limits, set });
  if (outcome.status === 'deferred') messages.set(key, { attempts: attempts + 1, plannedAt });
  else messages.delete(key);
  return outcome;
}
