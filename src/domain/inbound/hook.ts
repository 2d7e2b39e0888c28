import type { Instant, Json } from '../ids';
import type { InboundKind } from './classified';
import { failedKind } from './failed-kind';
import type { HOOK_KINDS, HookRules } from './hook-rules';
import { atPath, listAt, textOf } from './json-path';
import { addressIn, onOneLine } from './report';
import { STATUS } from './status';
import { storable } from './storable';

/** One event of a provider, as its mapping reads it. */
export interface HookEvent {
  /** The provider's. */
  readonly id: string;
  /** `accepted`: the relay took the mail. `ignore`: it concerns nobody here. */
  readonly kind: Exclude<InboundKind, 'auto_reply' | 'reply'> | 'accepted' | 'ignore';
  readonly sendIds: readonly string[];
  /** In angle brackets. */
  readonly messageIds: readonly string[];
  /** Lower case; empty: not told. */
  readonly recipient: string;
  /** When it happened; undefined: not told. */
  readonly at: Instant | undefined;
  readonly status: string;
  readonly diagnostic: string;
  readonly reason: string;
}

const MOST_EVENTS = 1_000;

/** All events of a body; those without an id are left out, since they could not be told from their repeats. */
export function hookEvents(rules: HookRules, body: Json): readonly HookEvent[] {
  return listAt(body, rules.each)
    .slice(0, MOST_EVENTS)
    .map((one) => hookEvent(rules, one))
    .filter(({ id }) => id !== '');
}

function hookEvent(rules: HookRules, event: Json): HookEvent {
  const text = (path: string | undefined) => (path === undefined ? '' : storable(textOf(atPath(event, path))));
  const said = onOneLine(rules.kind.map(text).join('/')).slice(0, 200);
  const words = { status: STATUS.exec(text(rules.status))?.[0] ?? '', diagnostic: onOneLine(text(rules.diagnostic)) };
  return {
    id: rules.id.map(text).filter(Boolean).join('/').slice(0, 200),
    sendIds: rules.send.map((path) => text(path).trim().toLowerCase()).filter((id) => UUID.test(id)),
    messageIds: rules.messageId.map((path) => bracketed(text(path))).filter(Boolean),
    recipient: addressIn(text(rules.recipient)),
    at: rules.at && instantOf(text(rules.at.path), rules.at.unit),
    ...words,
    ...judged(meaningOf(rules.kinds, said), { said, ...words }),
  };
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Providers write Message-IDs with or without brackets. */
function bracketed(text: string): string {
  const bare = text.trim().replace(/^<|>$/g, '');
  return /^[^\s<>]{1,250}$/.test(bare) ? `<${bare}>` : '';
}

type Meaning = (typeof HOOK_KINDS)[number];

/** The exact value, else the longest beginning with a star that fits. */
function meaningOf(kinds: HookRules['kinds'], said: string): Meaning | undefined {
  if (Object.hasOwn(kinds, said)) return kinds[said];
  const [star] = Object.keys(kinds)
    .filter((key) => key.endsWith('*') && said.startsWith(key.slice(0, -1)))
    .toSorted((a, b) => b.length - a.length);
  return star === undefined ? undefined : kinds[star];
}

interface Said {
  readonly said: string;
  readonly status: string;
  readonly diagnostic: string;
}

function judged(meaning: Meaning | undefined, { said, ...words }: Said): Pick<HookEvent, 'kind' | 'reason'> {
  if (meaning === undefined) return { kind: 'unknown', reason: `the mapping does not say what “${said}” is` };
  if (meaning !== 'failed') return { kind: meaning, reason: `the provider says ${said}` };
  const { kind, reason } = failedKind(words);
  return { kind, reason: `the provider says ${said}; ${reason}` };
}

const FACTORS = { seconds: 1_000, milliseconds: 1 } as const;

/** A time as providers write it; undefined: none. */
export function instantOf(text: string, unit: 'seconds' | 'milliseconds' | 'iso'): Instant | undefined {
  const at = unit === 'iso' ? Date.parse(text) : Number(text || Number.NaN) * FACTORS[unit];
  return Number.isFinite(at) && at > 0 && at < 8.64e15 ? Math.round(at) : undefined;
}

/** Clocks of providers may be this much ahead of ours. */
const CLOCK_SKEW_MS = 300_000;

/** When something happened, as far as another system's clock can be believed: not told, or not yet, it happened now. */
export const believedAt = (at: Instant | undefined, now: Instant): Instant =>
  at === undefined || at > now + CLOCK_SKEW_MS ? now : at;
