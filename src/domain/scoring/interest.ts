import type { Instant } from '../ids';

/** Interest as a lead's row keeps it: points at one instant. They halve every half-life from then on. */
export interface Interest {
  readonly points: number;
  readonly at: Instant;
}

/** Past this many half-lives nothing is left of any interest, and PostgreSQL's power() would raise an underflow. */
export const MOST_HALF_LIVES = 100;
/** Fewer points than this count as none. */
const NONE = 0.001;
/** Digits that PostgreSQL keeps of a float8 that becomes a numeric (DBL_DIG of C). */
const DIGITS = 15;

/** Points left at `now`, not rounded. Interest from after `now` has not begun to fade. `halfLife` in ms. */
export function pointsLeft({ points, at }: Interest, now: Instant, halfLife: number): number {
  const halfLives = Math.min(Math.max((now - at) / halfLife, 0), MOST_HALF_LIVES);
  return points * 2 ** -halfLives;
}

/**
 * Both together, at the later of the two instants. The order in which interest arrives does not matter: what comes late has
 * faded for as long as it is late.
 */
export function addInterest(one: Interest, other: Interest, halfLife: number): Interest {
  const at = Math.max(one.at, other.at);
  return { points: pointsLeft(one, at, halfLife) + pointsLeft(other, at, halfLife), at };
}

/** The interest score at `now`, rounded to 2 decimals. src/store/fact-columns.ts gives the same answer in SQL. */
export function scoreAt(interest: Interest, now: Instant, halfLife: number): number {
  return Math.abs(interest.points) < NONE ? 0 : rounded(pointsLeft(interest, now, halfLife));
}

/**
 * Interest after a step of a journey has given points, or taken some. The sum is kept as people see it, to 2 decimals, so that the
 * steps behind it in the same turn see what the lead's row says afterwards. Points never fade for being late: a step knows no
 * moment but `now`.
 */
export function withStepPoints(interest: Interest, { points, at: now }: Interest, halfLife: number): Interest {
  const at = Math.max(interest.at, now);
  return { points: scorePlus(scoreAt(interest, at, halfLife), points), at };
}

/** A score and points together, rounded as people see it. */
export const scorePlus = (score: number, points: number): number => rounded(score + points);

/** To 2 decimals, halves away from zero, by the decimal digits that PostgreSQL rounds: 1.005 is 1.01. Never -0. */
function rounded(points: number): number {
  const size = Math.abs(points);
  if (size < NONE) return 0;
  const hundredths = isPlain(size)
    ? Math.round(size * 100)
    : Math.round(Number(`${Number(size.toPrecision(DIGITS))}e2`));
  return hundredths === 0 ? 0 : (Math.sign(points) * hundredths) / 100;
}

/** So far from half a hundredth that no digit behind the fifteenth can say which way to round: most are, and that is quick to see. */
function isPlain(size: number): boolean {
  const hundredths = size * 100;
  return size < 1e6 && Math.abs(hundredths - Math.floor(hundredths) - 0.5) > 1e-6;
}
