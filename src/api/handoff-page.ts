import { DateTime } from 'luxon';
import type { Answer } from '../domain/handoff/status';
import { isOpen } from '../domain/handoff/status';
import type { HandoffCase } from '../store/handoff-case';
import { type HandoffWords, handoffWords } from './handoff-words';
import { html, type SafeHtml } from './html';
import { page } from './page';

/** How a handoff stands when it is shown to the rep or the manager. */
export interface HandoffView {
  readonly case: HandoffCase;
  /** Where the buttons post to. */
  readonly action: string;
  /** What was wrong with the last try. */
  readonly problem?: string;
}

/** The lead's story, and what can be answered; once it is answered, the answer that holds. */
export function handoffPage({ case: shown, action, problem }: HandoffView): string {
  const { contact, handoff } = shown;
  const words = handoffWords(contact.locale);
  const title = `${words.title}: ${contact.name ?? contact.email}`;
  const body = html`<h1>${title}</h1>
${problem && html`<div role="alert"><p>${problem}</p></div>`}
${isOpen(handoff.status) ? html`<p>${words.due(shown.dueText)}</p>` : heldAnswer(shown, words)}
${particulars(shown, words)}
<h2>${words.story}</h2>
<table><tbody>${shown.story.map(({ day, text }) => html`<tr><td class="when">${day}</td><td>${text}</td></tr>`)}</tbody></table>
${isOpen(handoff.status) && answerForms(words, action)}`;
  return page({ title, lang: contact.locale, body });
}

function particulars({ contact, lead }: HandoffCase, words: HandoffWords): SafeHtml {
  const rows: readonly (readonly [string, SafeHtml | string | number])[] = [
    [
      words.contact,
      html`<a href="mailto:${encodeURIComponent(contact.email).replace('%40', '@')}">${contact.email}</a>`,
    ],
    ...(lead
      ? ([
          [words.offer, lead.offer],
          [words.grade, lead.grade],
          [words.temperature, words.temperatures[lead.temperature] ?? lead.temperature],
          [words.score, lead.score],
        ] as const)
      : []),
  ];
  return html`<table><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}

function heldAnswer({ handoff, contact }: HandoffCase, words: HandoffWords): SafeHtml {
  const { status, reason, answeredAt } = handoff;
  const { timeZone: zone, locale } = contact;
  const when =
    answeredAt === null ? '' : DateTime.fromMillis(answeredAt, { zone, locale }).toFormat('d LLL yyyy, HH:mm');
  return html`<p role="status"><strong>${words.held[status]}</strong> ${when}${reason && html`: ${reason}`}</p>`;
}

/** A form for each answer: a button alone says yes, giving a lead back takes a reason. */
function answerForms(words: HandoffWords, action: string): readonly SafeHtml[] {
  return [
    answerForm({ answer: 'accept', action, words, asksReason: false }),
    answerForm({ answer: 'recycle', action, words, asksReason: true }),
    answerForm({ answer: 'reject', action, words, asksReason: true }),
  ];
}

interface AnswerForm {
  readonly answer: Answer;
  readonly action: string;
  readonly words: HandoffWords;
  readonly asksReason: boolean;
}

function answerForm({ answer, action, words, asksReason }: AnswerForm): SafeHtml {
  const { title, button, reason } = words.answers[answer];
  const field = html`<label for="${answer}-reason">${reason}</label><input id="${answer}-reason" name="reason" maxlength="500" required>`;
  return html`<section id="${answer}"><h2>${title}</h2><form method="post" action="${action}">
<input type="hidden" name="action" value="${answer}">${asksReason && field}
<button type="submit">${button}</button></form></section>`;
}
