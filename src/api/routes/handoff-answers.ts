import formbody from '@fastify/formbody';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { failure, ViveiroError } from '../../domain/errors';
import { ANSWERS, type Answer } from '../../domain/handoff/status';
import { readLink } from '../../mail/links';
import { transaction } from '../../store/db';
import { type HandoffCase, readCase } from '../../store/handoff-case';
import { answerHandoff } from '../../store/handoffs';
import { text } from '../contract/common';
import type { ApiDeps, Routes } from '../deps';
import { type HandoffView, handoffPage } from '../handoff-page';
import { handoffWords } from '../handoff-words';
import { HTML } from '../page';
import { publicly } from '../refusals';
import { textsOfBody } from '../texts-of-body';

const BODY_LIMIT_BYTES = 16_384;
const LIMIT = { ...publicly({ kind: 'link', name: 'handoff' }), bodyLimit: BODY_LIMIT_BYTES } as const; // the token is the key

interface LinkRequest {
  Params: { token: string };
}

const answerSchema = z.object({ action: z.enum(ANSWERS), reason: text(500).or(z.literal('')).default('') });

/** What the links in the mails to reps open: a page that shows the lead, whose buttons answer the handoff. */
export const handoffAnswers: Routes = (app, deps) => {
  app.register(formbody, { bodyLimit: BODY_LIMIT_BYTES });

  app.get<LinkRequest>('/h/:token', LIMIT, async ({ params: { token } }, reply) =>
    show(reply, { case: await caseOf(deps, token), action: pathOf(token) }),
  );

  app.post<LinkRequest>('/h/:token', LIMIT, async ({ params: { token }, body }, reply) => {
    const shown = await caseOf(deps, token);
    const view = { case: shown, action: pathOf(token) };
    const words = handoffWords(shown.contact.locale);
    const answer = answerSchema.safeParse(textsOfBody(body));
    if (!answer.success || (answer.data.action !== 'accept' && answer.data.reason === ''))
      return show(reply.code(422), { ...view, problem: words.reasonMissing });
    if (await isTaken(deps, { ...answer.data, shown, by: whoHolds(deps, token, shown) }))
      return reply.redirect(pathOf(token), 303);
    return show(reply.code(409), {
      case: await caseOf(deps, token),
      action: pathOf(token),
      problem: words.answeredBefore,
    });
  });
};

const pathOf = (token: string): string => `/h/${encodeURIComponent(token)}`;

const show = (reply: FastifyReply, view: HandoffView): FastifyReply => reply.type(HTML).send(handoffPage(view));

/** Throws VIV_LINK_FORGED. */
function linkOf({ linkSecret }: ApiDeps, token: string): { readonly handoffId: string; readonly repId: string } {
  const link = readLink(linkSecret, token);
  if (link.kind !== 'handoff') throw failure('VIV_LINK_FORGED', {});
  return { handoffId: link.id, repId: link.repId };
}

function caseOf(deps: ApiDeps, token: string): Promise<HandoffCase> {
  const { handoffId } = linkOf(deps, token);
  return transaction(deps.db, (tx) => readCase(tx, deps.turn.rules, { handoffId, now: deps.clock() }));
}

/** Whose link it is: the rep's and the manager's are told apart. */
function whoHolds(deps: ApiDeps, token: string, { rep, manager }: HandoffCase): string | undefined {
  const { repId } = linkOf(deps, token);
  return [rep, manager].find((person) => person?.id === repId)?.name;
}

interface GivenAnswer {
  readonly action: Answer;
  readonly reason: string;
  readonly shown: HandoffCase;
  readonly by: string | undefined;
}

/** Gives the answer; false: another one holds. */
async function isTaken({ db, turn, clock }: ApiDeps, { action, reason, shown, by }: GivenAnswer): Promise<boolean> {
  const handoffId = shown.handoff.id;
  try {
    await transaction(db, (tx) => answerHandoff(tx, turn, { handoffId, action, reason, by, at: clock() }));
    return true;
  } catch (error) {
    if (error instanceof ViveiroError && error.code === 'VIV_HANDOFF_ANSWERED') return false;
    throw error;
  }
}
