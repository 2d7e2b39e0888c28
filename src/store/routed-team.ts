import { type ChosenTeam, chooseTeam, routingNeeds } from '../domain/handoff/choose-team';
import type { Instant } from '../domain/ids';
import type { Tx } from './db';
import { readFacts } from './facts';
import type { TurnDeps } from './turn';

interface ForTeam {
  readonly journey: { readonly contactId: string; readonly leadId: string | null };
  readonly step: { readonly id: string; readonly team?: string | null };
  readonly now: Instant;
}

/** The team that a step names, else the one that the routing rules choose for the lead. */
export async function routedTeam(tx: Tx, { rules }: TurnDeps, { journey, step, now }: ForTeam): Promise<ChosenTeam> {
  if (typeof step.team === 'string') return { team: step.team, reason: `step ${step.id} names the team` };
  const { contactId, leadId } = journey;
  const newest = routingNeeds(rules.routing);
  const facts = await readFacts(tx, { contactId, leadId, now, halfLife: rules.scoring.halfLife, newest });
  return chooseTeam(rules.routing, facts, now);
}
