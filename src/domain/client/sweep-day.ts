import { DateTime } from 'luxon';
import type { Instant } from '../ids';
import type { LifecycleRules } from './rules';

/** The day that a sweep belongs to: the local date in the sweep's zone, `2026-03-02`. What a day may enter is counted by it. */
export function sweepDay({ sweep }: Pick<LifecycleRules, 'sweep'>, now: Instant): string {
  return DateTime.fromMillis(now, { zone: sweep.zone }).toFormat('yyyy-MM-dd');
}
