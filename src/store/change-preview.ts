import { BY_MAP, judged, mailsDueAfter, moveKind, placeOf } from '../domain/change/judged';
import { mailsDue } from '../domain/change/mails-due';
import type { Reported } from '../domain/change/report';
import { targetOf } from '../domain/change/step-map';
import type { Tx } from './db';
import type { OpenJourney } from './journeys';
import { type Asked, judgingOf } from './migrate-journeys';
import { factsFor, type TurnDeps } from './turn';

const DAY_MS = 86_400_000;

/** What moving a journey would do, from facts as of now: reads alone, takes no lock, and changes nothing. */
export async function previewMigration(
  tx: Tx,
  deps: TurnDeps,
  asked: Asked & { readonly version: number },
): Promise<Reported> {
  const { journey, version, now } = asked;
  const stepId = placeOf(journey.last.state);
  const common = { journeyId: journey.id, version, stepId, fix: '', isCredited: false };
  const judging = await judgingOf(tx, deps, asked);
  const result = judged(judging);
  if (result.type === 'stays') return { ...common, outcome: 'stays', reason: result.reason, fix: result.fix };
  if (result.type === 'ends') return { ...common, outcome: 'ends', reason: BY_MAP };
  const { ended } = result.advanced;
  if (ended) return { ...common, outcome: 'ends', reason: `by ${ended.outcome}` };
  const until = now + DAY_MS;
  const after = mailsDueAfter(judging, result.state, until);
  const before = after.length > 0 ? await dueBefore(tx, deps, { ...asked, until }) : [];
  return {
    ...common,
    outcome: 'moves',
    reason: moveKind(stepId, result),
    isCredited: result.credited !== undefined,
    due: { after, before, now },
  };
}

async function dueBefore(tx: Tx, deps: TurnDeps, asked: Asked & { readonly until: number }) {
  const { journey, to, map, now, until } = asked;
  const mails = mailsDue(await turnOf(tx, deps, { journey, now }), until);
  return mails.map(({ stepId, at }) => ({ stepId: targetOf(map, to, stepId) ?? stepId, at }));
}

async function turnOf(
  tx: Tx,
  deps: TurnDeps,
  { journey, now }: { readonly journey: OpenJourney; readonly now: number },
) {
  const { definition, last, turn } = journey;
  const facts = await factsFor(tx, deps, { journey, now });
  return { definition, journey, state: last.state, facts, rules: deps.rules, now, turn };
}
