import type { Facts } from '../facts';
import type { MailRoute, Move } from '../journey/move';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import { hasLanes, laneOf } from './lanes';

const ORDINARY = 3; // of 1 to 5

interface Sending {
  readonly definition: Definition;
  readonly rules: Pick<Rules, 'delivery'>;
  readonly facts: Pick<Facts, 'contact'>;
}

/** The same move; a mail says under which limit it goes out, where limits are declared. */
export function routed(move: Move, { definition, rules: { delivery }, facts }: Sending): Move {
  if (!delivery || !hasLanes(delivery) || move.type !== 'perform' || move.effect.type !== 'mail') return move;
  const step = definition.steps.find(({ id }) => id === move.stepId);
  const purpose = (step?.type === 'mail' ? step.purpose : undefined) ?? definition.purpose;
  const route: MailRoute = {
    lane: laneOf(delivery, facts.contact.email),
    priority: delivery.priority[purpose] ?? ORDINARY,
    sequence: definition.sequence,
    share: delivery.shares[definition.sequence] ?? 1,
  };
  return { ...move, effect: { ...move.effect, route } };
}
