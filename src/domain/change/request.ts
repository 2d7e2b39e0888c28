import type { Turn } from '../journey/move';
import type { StepMap } from './step-map';

/** What a journey is asked: plain JSON, ids and names of steps alone, since it stands in Temporal histories. */
export interface MigrationRequest {
  readonly toVersionId: string;
  readonly map: StepMap;
}

/** What it answers. Plain JSON. */
export type MigrationAnswer =
  | {
      readonly type: 'moved';
      /** Number of the version that it is on now. */
      readonly version: number;
      /** The turn that it goes on with; its move is `end` if the move has ended it. */
      readonly turn: Turn;
      /** `at rest → pause, credited 1d 4h`. */
      readonly reason: string;
      /** `to pause, credited`: alike for journeys that fare alike. */
      readonly kind: string;
      /** Its wait changed, and what was waited counts (ms). */
      readonly creditedMs?: number;
    }
  | { readonly type: 'stays'; readonly reason: string; readonly fix: string };
