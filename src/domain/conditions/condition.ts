import { failure } from '../errors';
import { type Fact, factAt } from './fact';
import { isOperatorName, OPERATORS, type Operands, type Operator, type OperatorName } from './operators';

/** A fact compared by exactly one operator: `{ fact: 'lead.score', atLeast: 40 }`. */
export type Comparison = {
  [O in OperatorName]: { readonly fact: string } & { readonly [K in O]: Operands[O] };
}[OperatorName];

/** How often the contact did something: events of type `did` that count. */
export interface Did {
  readonly did: string;
  /** Only events at most this old (ms). */
  readonly within?: number;
  /** Only events since the journey began; outside of a journey none. */
  readonly since?: 'journey';
  /** Only events whose properties (`event.<property>`) hold to this, among the newest `MOST_LOOKED_AT`. */
  readonly where?: Condition;
  /** 1 when neither bound is written. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Most events of a type that a `where` looks at: the newest. */
export const MOST_LOOKED_AT = 1000;

/** Membership of a named segment: `means` is the condition that the name stood for when it was written in. */
export interface InSegment {
  readonly segment: string;
  readonly means: Condition;
}

/** A parsed condition: plain JSON, durations in milliseconds. Made by `conditionSchema`. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Did
  | InSegment
  | Comparison;

/** A comparison taken apart. */
export interface Parts {
  readonly path: string;
  readonly fact: Fact;
  readonly name: OperatorName;
  readonly operator: Operator<unknown>;
  readonly operand: unknown;
}

const remembered = new WeakMap<Comparison, Parts>();

/** Takes a comparison apart. Throws VIV_CONDITION_INVALID for what `conditionSchema` would have refused. */
export function partsOf(comparison: Comparison): Parts {
  const known = remembered.get(comparison);
  if (known) return known;
  const parts = takenApart(comparison);
  remembered.set(comparison, parts);
  return parts;
}

function takenApart(comparison: Comparison): Parts {
  const fact = factAt(comparison.fact);
  const [name, operand] = Object.entries(comparison).find(([key]) => key !== 'fact') ?? [''];
  if (!fact || !isOperatorName(name))
    throw failure('VIV_CONDITION_INVALID', { problem: `${comparison.fact} ${name} is not known` });
  // the union ties each operator's name to its operand; Object.entries forgets that
  const operator = OPERATORS[name] as Operator<unknown>;
  return { path: comparison.fact, fact, name, operator, operand };
}

/** The least and the most occurrences for which it holds; `most` null: any number. */
export function boundsOf({ atLeast, atMost }: Did): { readonly least: number; readonly most: number | null } {
  return { least: atLeast ?? (atMost === undefined ? 1 : 0), most: atMost ?? null };
}
