import { durationText } from '../calendar/duration';
import type { Facts } from '../facts';
import type { Instant } from '../ids';
import { boundsOf, type Comparison, type Condition, type Did, type InSegment, partsOf } from './condition';
import { evaluate, occurrences } from './evaluate';
import { type FactKind, isScalar, type Scalar, type Value } from './fact';
import { instantText, momentText, type When } from './moment';

const MOST_SHOWN = 12;
const LONGEST_VALUE = 60;
/** Words that need no quotes to be seen as text; `10`, `true` and blanks do. */
const WORD = /^(?!(?:true|false|null)$)\p{L}[\p{L}\p{N}_./-]*$/u;

/**
 * One sentence of what was looked at and found, for a stored reason: `lead.score 45 is at least 40 and lead.grade C is none
 * of A, B`. Each part is true as it stands, so it reads the same whether the condition holds or not. Never shows the
 * contact's address or name.
 */
export function explain(condition: Condition, facts: Facts, now: Instant): string {
  return joined(findingsOf(condition, facts, now), ' and ');
}

function findingsOf(condition: Condition, facts: Facts, now: Instant): readonly string[] {
  if ('all' in condition) return condition.all.flatMap((part) => findingsOf(part, facts, now));
  if ('any' in condition) return condition.any.flatMap((part) => findingsOf(part, facts, now));
  if ('not' in condition) return findingsOf(condition.not, facts, now);
  if ('segment' in condition) return [segmentFinding(condition, facts, now)];
  return ['did' in condition ? didFinding(condition, facts, now) : comparisonFinding(condition, facts, now)];
}

function segmentFinding({ segment, means }: InSegment, facts: Facts, now: Instant): string {
  const where = evaluate(means, facts, now) ? 'in' : 'not in';
  return `${where} segment ${segment}: ${joined(findingsOf(means, facts, now), ', ')}`;
}

function comparisonFinding(comparison: Comparison, facts: Facts, now: Instant): string {
  const { path, fact, name, operator, operand } = partsOf(comparison);
  const value = fact.read(facts);
  const zone = facts.contact.timeZone;
  const written = fact.isPrivate && name !== 'exists' ? name : `${name} ${operandText(operand)}`;
  const answer = (holds: boolean) => `which ${holds ? 'passes' : 'fails'} "${written}"`;
  if (value === null) return `${path} is missing, ${answer(operator.missing(operand))}`;
  const holds = operator.test({ value, kind: fact.kind, operand, now, zone });
  if (fact.isPrivate)
    return name === 'exists' ? `${path} is set` : `${path} is set, ${answer(holds ?? operator.missing(operand))}`;
  const said = valueText(value, fact.kind);
  if (holds === null) return `${path} ${said} is no ${operator.wants}, ${answer(operator.missing(operand))}`;
  return `${path} ${operator.says({ value: said, operand: operandText(operand), holds })}`;
}

function didFinding(did: Did, facts: Facts, now: Instant): string {
  const count = occurrences(did, facts, now).length;
  const within = did.within === undefined ? '' : ` within ${durationText(did.within)}`;
  const since = did.since === undefined ? '' : ' since the journey began';
  const where = did.where === undefined ? '' : ` with ${written(did.where)}`;
  const often = count === 0 ? 'never came' : `came ${oftenText(count, did)}`;
  return `${did.did} ${often}${within}${since}${where}`;
}

/** A condition as it was written, not what was found: of an event that never came there is nothing to find. */
function written(condition: Condition): string {
  if ('all' in condition) return joined(condition.all.map(written), ' and ');
  if ('any' in condition) return `(${joined(condition.any.map(written), ' or ')})`;
  if ('not' in condition) return `not (${written(condition.not)})`;
  if ('segment' in condition) return `segment ${condition.segment}`;
  if ('did' in condition) return `did ${condition.did}`;
  const { path, name, operand } = partsOf(condition);
  return `${path} ${name} ${operandText(operand)}`;
}

/** The facts hold no more events than the answer needs, so a count that reaches a bound may not be the full one. */
function oftenText(count: number, did: Did): string {
  const { least, most } = boundsOf(did);
  if (most !== null && count > most) return `more than ${times(most)}`;
  if (count < least) return `${times(count)} (not ${times(least)})`;
  return most === null ? `at least ${times(least)}` : times(count);
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

function valueText(value: Value, kind: FactKind): string {
  if (!isScalar(value)) return `[${joined(value.map(scalarText), ', ')}]`;
  return kind === 'instant' && typeof value === 'number' ? instantText(value) : scalarText(value);
}

function operandText(operand: unknown): string {
  if (Array.isArray(operand)) return joined(operand.map(scalarText), ', ');
  return typeof operand === 'object' ? momentText(operand as When) : scalarText(operand as Scalar); // Operands has no more
}

/** The first few, and how many more there are: a reason is for reading. */
function joined(parts: readonly string[], separator: string): string {
  const more = parts.length - MOST_SHOWN;
  const shown = parts.slice(0, MOST_SHOWN).join(separator);
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** In quotes unless it is plainly a word, so that text "10" and number 10 look different. */
function scalarText(value: Scalar): string {
  if (typeof value !== 'string') return String(value);
  const characters = Array.from(value);
  const short = characters.length > LONGEST_VALUE ? `${characters.slice(0, LONGEST_VALUE).join('')}…` : value;
  return WORD.test(short) ? short : JSON.stringify(short);
}
