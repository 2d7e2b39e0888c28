import type { LifecycleRules } from '../domain/client/rules';
import type { Tx } from './db';
import type { Enrolment } from './enrol';
import type { SequenceVersion } from './sequences';

/** Most journeys that one day's sweep enters into a sequence. */
export const perDayOf = ({ definition }: SequenceVersion, { sweep }: LifecycleRules): number =>
  definition.enter.perDay ?? sweep.perDay;

/** How many the sweeps of a day have entered, whatever else entered the sequence meanwhile. */
export async function enteredOn(
  tx: Tx,
  { sequence, day }: { readonly sequence: string; readonly day: string },
): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM journey WHERE sequence = ${sequence} AND swept_on = ${day}`;
  return row?.count ?? 0;
}

/** Whether an event that a sweep records must wait for another day: a sweep that enters by a condition looks before it asks. */
export async function isDayFull(
  tx: Tx,
  rules: LifecycleRules,
  { via, sweptOn, version }: Pick<Enrolment, 'via' | 'sweptOn' | 'version'>,
): Promise<boolean> {
  if (via !== 'on' || sweptOn === undefined) return false;
  return (await enteredOn(tx, { sequence: version.sequence, day: sweptOn })) >= perDayOf(version, rules);
}
