import { z } from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
type Unit = keyof typeof UNIT_MS;

/** `2d`, `36h`, `1w 2d`: parts of a whole number and a unit (s m h d w). A day is 24 hours, whatever the zone does. */
export const DURATION = /^\s*\d{1,6}[smhdw](\s+\d{1,6}[smhdw])*\s*$/;

/** A hundred years: what is longer is a slip, and later times soon have no date. */
export const LONGEST_MS = 36_500 * UNIT_MS.d;

/** Milliseconds of a duration that matches `DURATION`. */
export function durationMs(text: string): number {
  return text
    .trim()
    .split(/\s+/)
    .reduce((sum, part) => sum + Number(part.slice(0, -1)) * UNIT_MS[part.slice(-1) as Unit], 0); // DURATION allows only these units
}

const MOST_TEXTS = 10_000;
const remembered = new Map<number, string>();

/** Text form of milliseconds for people: `2d 3h`. */
export function durationText(ms: number): string {
  const known = remembered.get(ms);
  if (known !== undefined) return known;
  if (remembered.size >= MOST_TEXTS) remembered.clear();
  const text = written(ms);
  remembered.set(ms, text);
  return text;
}

function written(ms: number): string {
  let rest = Math.round(ms / 1000) * 1000;
  const parts = (['d', 'h', 'm', 's'] as const).flatMap((unit) => {
    const count = Math.floor(rest / UNIT_MS[unit]);
    rest -= count * UNIT_MS[unit];
    return count ? [`${count}${unit}`] : [];
  });
  return parts.slice(0, 2).join(' ') || '0s';
}

/** A duration in YAML: text in, milliseconds out. At least one second. */
export const durationSchema = z
  .string()
  .regex(DURATION, 'not a duration; write a number and a unit, like 2d, 36h or 15m')
  .transform(durationMs)
  .refine((ms) => ms > 0, 'must be longer than nothing, like 1h')
  .refine((ms) => ms <= LONGEST_MS, 'must be at most a hundred years, 36500d')
  .meta({ description: 'A number and a unit: s, m, h, d or w, like 2d or 36h.' });
