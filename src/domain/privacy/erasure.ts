import type { SuppressionScope } from '../consent/scope';
import type { Instant } from '../ids';

/**
 * `waiting`: it can be cancelled until it is due; `working`: it cannot any more; `done`: the proof found nothing; `incomplete`: it found
 * something that Viveiro may not change; `cancelled`: it was taken back in time.
 */
export const ERASURE_STATUSES = ['waiting', 'working', 'done', 'incomplete', 'cancelled'] as const;
export type ErasureStatus = (typeof ERASURE_STATUSES)[number];

/** Who asked: the person (GDPR art. 17(1)(b), LGPD art. 18 VI), or the retention rules (GDPR art. 5(1)(e)). */
export type ErasureOrigin = 'request' | 'retention';

/** Something of the person that the proof has found: where, of which kind, in how many rows. */
export interface Leftover {
  /** `table.column`, or `temporal` for a history. */
  readonly where: string;
  readonly kind: string;
  readonly rows: number;
  /** Ids of some of these rows, for whoever looks at them. */
  readonly ids?: readonly string[];
}

/** What a person has found of a name or a number in rows of others. */
export interface Judgement {
  /** `table.column` of the finding. */
  readonly where: string;
  /** `another`: of a namesake, or of an office; `mention`: of the person who was erased, and replaced. */
  readonly as: 'another' | 'mention';
  /** Rows in which it was replaced. */
  readonly replaced: number;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

/** What shows that somebody is gone. Counts alone: nothing in it is about them. */
export interface ErasureProof {
  readonly at: Instant;
  /** How many columns of how many tables were looked through. */
  readonly columns: number;
  readonly tables: number;
  /** How many texts were looked for: spellings of addresses, telephone numbers, the name, the id. */
  readonly sought: number;
  /** Mentions in rows of others that were replaced. */
  readonly replaced: number;
  /** What is left although it must not be. */
  readonly left: readonly Leftover[];
  /** The whole name, or a telephone number, in rows of others: somebody else's, or a mention. A person must judge. */
  readonly toJudge: readonly Leftover[];
  /** What became of these. Left out: nobody has judged any. */
  readonly judged?: readonly Judgement[];
  /** The person in another part, which stays on purpose: as a rep, in what the company has published. */
  readonly kept: readonly Leftover[];
  /** Other systems that were told of them, and must be told of this: GDPR art. 19. */
  readonly recipients: readonly string[];
  readonly histories: {
    readonly deleted: number;
    /** Still to be seen at the server. */
    readonly left: number;
    /** Why some could not be deleted; they hold ids alone. */
    readonly refused: string | null;
  };
}

/** An erasure as it is listed. Of the person it holds a hash and an id that is nobody's. */
export interface ErasureRecord {
  readonly id: string;
  readonly contactId: string;
  readonly addressHash: string;
  readonly status: ErasureStatus;
  readonly origin: ErasureOrigin;
  readonly by: string;
  readonly scope: SuppressionScope;
  readonly askedAt: Instant;
  readonly dueAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Rows by table. */
  readonly counts: { readonly [table: string]: number };
  readonly proof: ErasureProof | null;
}
