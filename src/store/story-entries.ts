import type { DecisionKind } from '../domain/decision';
import type { Instant } from '../domain/ids';
import type { Consent, Decision, Interaction, ScoreEntry, Send } from '../generated/prisma/client';
import {
  handoffOf,
  inboundOf,
  isAboutMail,
  isAboutSend,
  isEchoOfHandoff,
  isEchoOfHold,
  isToldElsewhere,
} from './story-repeats';

/** One thing that happened, was decided, or was sent. */
export interface StoryEntry {
  readonly at: Instant;
  readonly kind: 'event' | 'score' | 'consent' | 'mail' | DecisionKind;
  /** What it was, in a few words. */
  readonly what: string;
  /** Why, or with which particulars. */
  readonly reason: string;
  readonly sequence: string | null;
  readonly step: string | null;
  /** Of a mail: the template and the version that it was written with. */
  readonly template?: string;
}

export interface StoryRows {
  readonly interactions: readonly Interaction[];
  readonly scores: readonly ScoreEntry[];
  readonly decisions: readonly Decision[];
  readonly consents: readonly Consent[];
  readonly sends: readonly Send[];
  /** Template version id → number. */
  readonly templateVersions: ReadonlyMap<string, number>;
  /** Journey id → sequence. */
  readonly sequences: ReadonlyMap<string, string>;
}

/** All entries by business time; at one instant events first, then what followed from them, each in the order of its `seq`. */
export function tellStory(rows: StoryRows): readonly StoryEntry[] {
  const told = [
    ...eventEntries(rows),
    ...consentEntries(rows),
    ...scoreEntries(rows),
    ...decisionEntries(rows),
    ...mailEntries(rows),
  ];
  return told.sort((a, b) => a.at - b.at); // stable: the order above holds within an instant
}

function eventEntries({ interactions, sequences, sends, decisions }: StoryRows): readonly StoryEntry[] {
  const handoffs = new Set(decisions.map(handoffOf));
  const inbound = new Set(decisions.map(inboundOf));
  return interactions
    .filter((interaction) => !isToldElsewhere(interaction, { sends, handoffs, inbound }))
    .map(({ type, at, journeyId, properties }) => ({
      at: at.getTime(),
      kind: 'event',
      what: type,
      reason: particulars(properties),
      sequence: sequenceOf(sequences, journeyId),
      step: null,
    }));
}

const sequenceOf = (sequences: StoryRows['sequences'], journeyId: string | null): string | null =>
  journeyId === null ? null : (sequences.get(journeyId) ?? null);

/** Properties for a person: plain values only, without ids and hashes. */
function particulars(properties: unknown): string {
  return Object.entries(properties ?? {})
    .filter(([key, value]) => !/(id|hash)$/i.test(key) && value !== null && typeof value !== 'object')
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

function consentEntries({ consents }: StoryRows): readonly StoryEntry[] {
  return consents.map(({ at, purpose, text, source }) => ({
    at: at.getTime(),
    kind: 'consent',
    what: `consent to ${purpose} mail`,
    reason: `${source}: “${text}”`,
    sequence: null,
    step: null,
  }));
}

function scoreEntries({ scores }: StoryRows): readonly StoryEntry[] {
  return scores.map(({ at, kind, rule, points, reason }) => ({
    at: at.getTime(),
    kind: 'score',
    what: `${kind} ${points >= 0 ? '+' : ''}${points} (${rule})`,
    reason,
    sequence: null,
    step: null,
  }));
}

const LABELS = {
  enter: 'enters:',
  branch: 'branches:',
  wait: 'journey',
  send: 'mail',
  skip: 'mail',
  defer: 'mail',
  unknown: 'mail in doubt:',
  update: 'update:',
  score: 'score:',
  stage: 'stage:',
  handoff: 'handoff',
  routing: 'routed to',
  client: 'client:',
  goal: 'goal reached:',
  exit: 'exit:',
  end: 'journey ends:',
  inbound: 'came back:',
  suppress: 'address',
  consent: 'consent',
  task: 'task',
  webhook: 'webhook',
  join: 'joins:',
  pause: 'journey',
  migrate: 'version:',
  merge: 'contact',
  experiment: 'variant',
} as const satisfies { readonly [K in DecisionKind]: string };

const isKind = (kind: string): kind is DecisionKind => Object.hasOwn(LABELS, kind);

/** Decisions about a mail carry its subject. A score entry tells its own reason: the same key as a decision is the same fact. */
function decisionEntries({ decisions, sends, scores, sequences, templateVersions }: StoryRows): readonly StoryEntry[] {
  const scored = new Set(scores.map(({ key }) => key));
  const isEcho = (decision: Decision) => isEchoOfHandoff(decision, decisions) || isEchoOfHold(decision, decisions);
  return decisions
    .filter((decision) => !scored.has(decision.key) && !isEcho(decision))
    .map((decision) => {
      const { at, kind, outcome, reason, journeyId, stepId } = decision;
      const known = isKind(kind) ? kind : 'update';
      const send =
        isAboutMail(kind) || kind === 'inbound' ? sends.find((row) => isAboutSend(row, decision)) : undefined;
      const subject = send?.subject ? ` “${send.subject}”` : '';
      return {
        at: at.getTime(),
        kind: known,
        what: `${LABELS[known]}${subject} ${outcome}`,
        reason,
        sequence: sequenceOf(sequences, journeyId),
        step: stepId,
        template: send && templateOf(send, templateVersions),
      };
    });
}

function templateOf(
  { template, templateVersionId }: Send,
  versions: StoryRows['templateVersions'],
): string | undefined {
  const version = templateVersionId === null ? undefined : versions.get(templateVersionId);
  return version === undefined ? undefined : `${template} version ${version}`;
}

/** Sends that no decision tells: mails to reps, and what is still on its way. */
function mailEntries({ sends, decisions, sequences, templateVersions }: StoryRows): readonly StoryEntry[] {
  const aboutMail = decisions.filter(({ kind }) => isAboutMail(kind));
  return sends
    .filter((send) => !aboutMail.some((decision) => isAboutSend(send, decision)))
    .map((send) => ({
      at: (send.settledAt ?? send.plannedAt).getTime(),
      kind: 'mail',
      what: `mail${send.subject ? ` “${send.subject}”` : ''} to ${send.recipient} ${send.status}`,
      reason: send.reason ?? '',
      sequence: sequenceOf(sequences, send.journeyId),
      step: send.stepId,
      template: templateOf(send, templateVersions),
    }));
}
