import { BY_MAP, type Judged, type Judging, judged, movedText, moveKind, placeOf } from '../domain/change/judged';
import type { MigrationAnswer, MigrationRequest } from '../domain/change/request';
import type { StepMap } from '../domain/change/step-map';
import type { Decision } from '../domain/decision';
import { failure } from '../domain/errors';
import type { Facts } from '../domain/facts';
import { type Instant, keyOf } from '../domain/ids';
import type { Advanced } from '../domain/journey/advance';
import type { Definition } from '../domain/sequence/definition';
import type { Tx } from './db';
import { lockJourney, type OpenJourney, writeInterests } from './journeys';
import { findVersion, type SequenceVersion } from './sequences';
import { factsFor, recordTurn, ruleInterests, type TurnDeps, turnOf } from './turn';

export interface MigratingJourney extends MigrationRequest {
  readonly journeyId: string;
  /** The turn that the workflow holds. */
  readonly turn: number;
  readonly now: Instant;
}

/**
 * Moves a journey to another version of its sequence, in the caller's transaction, under the contact's lock: version, state, interests,
 * decision and the turn that follows stand or fall together. One that is there already answers its turn; one that cannot move is left as
 * it is. Throws VIV_JOURNEY_UNKNOWN, VIV_NOT_FOUND, VIV_TURN_STALE.
 */
export async function migrateJourney(tx: Tx, deps: TurnDeps, request: MigratingJourney): Promise<MigrationAnswer> {
  const journey = await lockJourney(tx, request.journeyId);
  const { last, turn, id, sequence } = journey;
  const to = await findVersion(tx, request.toVersionId);
  if (to.sequence !== sequence) throw failure('VIV_NOT_FOUND', { what: `A version ${to.id} of ${sequence}` });
  if (journey.versionId === to.id)
    return {
      type: 'moved',
      version: to.version,
      turn: turnOf(to.definition, { turn, last }),
      reason: ALREADY,
      kind: ALREADY,
    };
  if (turn !== request.turn) throw failure('VIV_TURN_STALE', { journey: id, turn: request.turn, current: turn });
  const { map, now } = request;
  const judging = await judgingOf(tx, deps, { journey, to: to.definition, map, now });
  const result = judged(judging);
  if (result.type === 'stays') return result;
  return write(tx, deps, { journey, to, request, result, facts: judging.facts });
}

const ALREADY = 'had moved before';

export interface Asked {
  readonly journey: OpenJourney;
  readonly to: Definition;
  readonly map: StepMap;
  readonly now: Instant;
}

/** What judging a journey's move needs, read as of now. */
export async function judgingOf(tx: Tx, deps: TurnDeps, { journey, to, map, now }: Asked): Promise<Judging> {
  const facts = await factsFor(tx, deps, { journey: { ...journey, definition: to }, now });
  const { definition: from, last, turn } = journey;
  return { journey, turn, state: last.state, from, to, map, facts, rules: deps.rules, now };
}

interface Writing {
  readonly journey: OpenJourney;
  readonly to: SequenceVersion;
  readonly request: MigratingJourney;
  readonly result: Exclude<Judged, { type: 'stays' }>;
  readonly facts: Facts;
}

async function write(tx: Tx, deps: TurnDeps, writing: Writing): Promise<MigrationAnswer> {
  const { journey, to, request, result, facts } = writing;
  const { journeyId, turn, now } = request;
  const { contactId } = journey;
  const { version } = await findVersion(tx, journey.versionId);
  await tx.$executeRaw`UPDATE journey SET version_id = ${to.id}::uuid WHERE id = ${journeyId}::uuid`;
  const { reason, kind } = wordsOf(placeOf(journey.last.state), result);
  const said: Decision = {
    key: keyOf('migrate', journeyId, turn),
    contactId,
    journeyId,
    kind: 'migrate',
    outcome: `version ${to.version}`,
    reason: `from version ${version} to ${to.version}: ${reason}`,
    at: now,
  };
  const decided = result.type === 'ends' ? endedBy(journey, reason) : result.advanced;
  const last = await recordTurn(tx, deps, {
    journey: { ...journey, versionId: to.id, definition: to.definition },
    request: { journeyId, turn, now },
    facts,
    advanced: { ...decided, decisions: [said, ...decided.decisions] },
  });
  const interests = last.ended ? [] : ruleInterests(to.definition);
  await writeInterests(tx, { journeyId, contactId, kinds: ['goal', 'exit', 'condition'], interests });
  const creditedMs = result.type === 'moves' ? result.credited?.waitedMs : undefined;
  return {
    type: 'moved',
    version: to.version,
    turn: turnOf(to.definition, { turn: turn + 1, last }),
    reason,
    kind,
    ...(creditedMs === undefined ? {} : { creditedMs }),
  };
}

function wordsOf(was: string, result: Writing['result']): { readonly reason: string; readonly kind: string } {
  if (result.type === 'ends') return { reason: `at ${was}: ${BY_MAP}`, kind: BY_MAP };
  const { ended } = result.advanced;
  return { reason: movedText(was, result), kind: ended ? `by ${ended.outcome}` : moveKind(was, result) };
}

const OUTCOME = 'removed';

function endedBy({ last }: OpenJourney, reason: string): Advanced {
  return {
    state: { ...last.state, place: { type: 'ended' } },
    move: { type: 'end', outcome: OUTCOME },
    path: [],
    decisions: [],
    changes: [],
    waitsFor: [],
    ended: { outcome: OUTCOME, reason },
  };
}
