import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type AnswerErrors, first, readAnswers, type Typed } from '../../domain/forms/answers';
import type { FormField } from '../../domain/forms/field';
import type { HostedForm } from '../../domain/forms/schema';
import { holdReasons } from '../../domain/forms/spam';
import type { Instant } from '../../domain/ids';
import { transaction } from '../../store/db';
import { takeSubmission } from '../../store/form-submissions';
import { joinVisitor } from '../../store/visitors';
import type { ApiDeps } from '../deps';
import { proofOf } from '../proof';
import type { ShownConsent } from './consent';
import { isProof } from './proof-of-work';
import { blockOf, bodyText, chosenIn, hashed, isConsented, linesOf, normalisersBy, registrationOf } from './submission';
import { readFormToken, type Showing } from './token';

export interface Sent {
  readonly form: HostedForm;
  readonly locale: string;
  readonly typed: Typed;
  readonly consent: ShownConsent | undefined;
  readonly request: FastifyRequest;
  readonly now: Instant;
}

/** What becomes of what was sent. Who is held is thanked like everybody else. */
export type Outcome =
  | {
      readonly type: 'thanks';
      readonly submission: string;
      readonly answered: readonly string[];
      /** The date that was chosen; empty: there is one alone. */
      readonly session: string;
    }
  | {
      readonly type: 'wrong';
      readonly errors: AnswerErrors;
      readonly isConsentMissing: boolean;
      readonly asked: readonly FormField[];
    }
  | { readonly type: 'token' }
  | { readonly type: 'used' }
  | { readonly type: 'tooMany'; readonly waitMs: number };

/** Checks what was sent, and takes it, holds it or refuses it. */
export async function submit(deps: ApiDeps, sent: Sent): Promise<Outcome> {
  const { form, typed, now, consent } = sent;
  const showing = readFormToken(deps.linkSecret, { form, now, token: first(typed, 'token') });
  if (showing === null) return { type: 'token' };
  const read = readAnswers(showing.asked, typed, normalisersBy(deps.turn.rules.identity));
  const isConsentMissing = consent?.required === true && !isConsented(typed);
  if (!read.ok || isConsentMissing)
    return { type: 'wrong', errors: read.ok ? new Map() : read.errors, isConsentMissing, asked: showing.asked };
  return take(deps, { ...sent, showing, answers: read.answers });
}

type Checked = Sent & { readonly showing: Showing; readonly answers: Parameters<typeof bodyText>[0] };

async function take(deps: ApiDeps, checked: Checked): Promise<Outcome> {
  const { form, typed, now, request, showing, answers } = checked;
  const { linkSecret, turn } = deps;
  const { proofOfWork } = form.spam;
  const signs = {
    isTrapped: first(typed, 'website') !== '',
    tookMs: now - showing.shownAt,
    hasProof: proofOfWork === undefined || isProof(first(typed, 'token'), first(typed, 'proof'), proofOfWork),
    lines: linesOf(showing.asked, answers),
  };
  const taken = await takeSubmission(deps.db, turn, {
    id: showing.id,
    form: form.form,
    at: now,
    bodyHash: hashed(linkSecret, 'body', bodyText(answers, isConsented(typed))),
    block: hashed(linkSecret, 'block', blockOf(request.ip)),
    address: hashed(linkSecret, 'address', answers.email.toLowerCase()),
    registration: registrationOf({ ...checked, proof: proofOf(request), showing: showing.id }),
    perBlock: form.spam.perBlock,
    holdReasons: (sameAddress) => holdReasons(form.spam, { ...signs, sameAddress }),
  });
  if (taken.type === 'used' || taken.type === 'tooMany') return taken;
  if (taken.type === 'held') request.log.info({ form: form.form, reasons: taken.reasons }, 'a form is held');
  if (taken.type === 'taken')
    await joinFromForm(deps, { visitor: first(typed, 'visitor'), contactId: taken.contactId, at: now });
  return {
    type: 'thanks',
    submission: showing.id,
    answered: answers.answered,
    session: chosenIn(answers.words),
  };
}

const visitorField = z.uuid();

/** The site's script has filled in the number of its visitor: whoever sent the form is that one. */
async function joinFromForm(
  { db, turn }: ApiDeps,
  { visitor, contactId, at }: { readonly visitor: string; readonly contactId: string; readonly at: Instant },
): Promise<void> {
  const parsed = visitorField.safeParse(visitor);
  if (parsed.success)
    await transaction(db, (tx) => joinVisitor(tx, turn, { visitorId: parsed.data, contactId, by: 'form', at }));
}
