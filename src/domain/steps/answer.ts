import { isNewTo } from '../journey/state';
import type { Situation } from './handler';

export interface Answer {
  readonly outcome: string;
  readonly usedSeq: number;
}

/** The event by which what a step has begun (a task, a joined journey) says how it ended, in time; its `property` names the visit's key. */
export function answerTo(
  situation: Situation,
  { type, property, until }: { readonly type: string; readonly property: string; readonly until: number | null },
): Answer | undefined {
  const event = situation.facts.events.find(
    (one) =>
      one.type === type &&
      (until === null || one.at <= until) &&
      isNewTo(one, situation) &&
      one.properties[property] === situation.key, // made when asked for: last
  );
  if (!event) return undefined;
  const { outcome } = event.properties;
  return { outcome: typeof outcome === 'string' ? outcome : 'done', usedSeq: event.seq };
}
