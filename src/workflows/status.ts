import { upsertSearchAttributes } from '@temporalio/workflow';
import type { JourneyStatus, Turn } from '../domain/journey/move';

/**
 * Brings ViveiroStatus and ViveiroStep up to date, one event each time: only where a journey begins or ceases to wait for people, or
 * is held by a pause. Ordinary waits are not shown: nobody looks for them by hand, and they are the many. Answers what is shown now.
 */
export function show(shown: JourneyStatus, { status = 'running', move }: Turn): JourneyStatus {
  if (move.type === 'end' || status === shown) return shown; // Temporal itself tells that it has ended
  upsertSearchAttributes([
    { key: { name: 'ViveiroStatus', type: 'KEYWORD' }, value: status },
    { key: { name: 'ViveiroStep', type: 'KEYWORD' }, value: move.stepId },
  ]);
  return status;
}

/** Brings ViveiroVersion up to date: a journey has moved to another version. */
export function showVersion(version: number): void {
  upsertSearchAttributes([{ key: { name: 'ViveiroVersion', type: 'INT' }, value: version }]);
}
