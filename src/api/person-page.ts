import type { PersonExport } from '../domain/privacy/person-export';
import { type HtmlValue, html, type SafeHtml } from './html';
import { page } from './page';
import { type PersonWords, personWords } from './person-words';

/**
 * A person's data to be read: headings, tables with scopes, no script, nothing loaded. `locale`: of the page's own words; what was
 * stored stands in the words in which it was stored. GDPR art. 12(1): concise, intelligible, in plain language.
 */
export function personPage(data: PersonExport, locale: string): string {
  const words = personWords(locale);
  const body = html`<h1>${words.title}</h1>
<p>${words.made} <time datetime="${data.madeAt}">${minute(data.madeAt)}</time> UTC. ${words.intro}</p>
${identity(data, words)}
${processing(data, words)}
${consents(data, words)}
${history(data, words)}
<h2>${words.rights}</h2><p>${words.rightsText}</p>`;
  return page({ title: `${words.title}: ${data.person.email}`, lang: locale, body, isWide: true });
}

const minute = (at: string | null): string => (at === null ? '' : at.slice(0, 16).replace('T', ' '));

interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly HtmlValue[])[];
}

/** A heading with a table below it that bears its name. */
function section({ none }: PersonWords, { title, head, rows }: Section): SafeHtml {
  if (rows.length === 0) return html`<h2>${title}</h2><p class="muted">${none}</p>`;
  const id = `t-${title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-')}`;
  return html`<h2 id="${id}">${title}</h2>
<table aria-labelledby="${id}"><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function identity({ person }: PersonExport, words: PersonWords): SafeHtml {
  const { email, name, organisation, attributes, tags, onRecordSince } = person;
  const facts: readonly (readonly [string, string])[] = [
    [words.email, email],
    [words.name, name ?? ''],
    [words.organisation, organisation === null ? '' : Object.values(organisation).filter(Boolean).join(', ')],
    ...Object.entries(attributes).map(([key, value]): readonly [string, string] => [
      `${words.attributes}: ${key}`,
      shown(value),
    ]),
    [words.tags, tags.join(', ')],
    [words.since, minute(onRecordSince)],
  ];
  const rows = facts.filter(([, value]) => value !== '');
  return html`<h2>${words.person}</h2>
<table><tbody>${rows.map(([key, value]) => html`<tr><th scope="row">${key}</th><td>${value}</td></tr>\n`)}</tbody></table>`;
}

function processing({ processing: used, sources, suppressions }: PersonExport, words: PersonWords): SafeHtml {
  const { purposes, recipients, retention } = used;
  return html`${section(words, {
    title: words.purposes,
    head: [words.what, words.bases, words.state],
    rows: purposes.map(({ name, bases, state }) => [name, bases.join(', '), state ?? '']),
  })}
${section(words, {
  title: words.sources,
  head: [words.when, words.what, words.source],
  rows: sources.map(({ at, what, source, campaign }) => [
    minute(at),
    what,
    [source, campaign].filter(Boolean).join(', '),
  ]),
})}
${section(words, {
  title: words.recipients,
  head: [words.what, ''],
  rows: recipients.map(({ recipient, messages }) => [recipient, messages]),
})}
${section(words, {
  title: words.retention,
  head: [words.what, words.when, ''],
  rows: retention.map(({ dataClass, keepFor, afterwards }) => [dataClass, keepFor, afterwards]),
})}<p>${words.untilErased}</p>
${section(words, {
  title: words.suppressions,
  head: [words.when, words.what, words.why],
  rows: suppressions.map(({ at, scope, reason }) => [minute(at), scope, reason]),
})}`;
}

const consents = ({ consents: said }: PersonExport, words: PersonWords): SafeHtml =>
  section(words, {
    title: words.consents,
    head: [words.when, words.what, words.state, words.consentWords, words.source, words.proof],
    rows: said.map(({ at, purpose, state, text, textVersion, locale, source, proof }) => [
      minute(at),
      purpose,
      state,
      html`<q lang="${locale ?? 'und'}">${text}</q>${textVersion && ` (${textVersion})`}`,
      source,
      proof === null ? '' : shown(proof),
    ]),
  });

function history(data: PersonExport, words: PersonWords): SafeHtml {
  const { person, leads, scoring, journeys, mails, interactions, decisions, handoffs, tasks } = data;
  return html`${section(words, {
    title: words.leads,
    head: [words.when, words.what, words.state],
    rows: leads.map(({ createdAt, offer, stage, temperature, grade }) => [
      minute(createdAt),
      offer,
      `${stage}, ${temperature}, ${grade}`,
    ]),
  })}
${section(words, {
  title: words.scoring,
  head: [words.when, words.what, words.why],
  rows: scoring.changes.map(({ at, kind, rule, points, reason }) => [
    minute(at),
    `${kind} ${points} (${rule})`,
    reason,
  ]),
})}
<p>${person.isProfiled ? words.scoringIntro : words.notScored}</p><ul lang="en">${scoring.logic.map((rule) => html`<li>${rule}</li>`)}</ul>
${section(words, {
  title: words.journeys,
  head: [words.when, words.what, words.state],
  rows: journeys.map(({ enteredAt, sequence, outcome, status, reason }) => [
    minute(enteredAt),
    sequence,
    [outcome ?? status, reason].filter(Boolean).join(': '),
  ]),
})}
${section(words, {
  title: words.mails,
  head: [words.when, words.what, words.state, words.why],
  rows: mails.map(({ at, plannedAt, subject, template, purpose, status, why }) => [
    minute(at ?? plannedAt),
    `${subject ?? template} (${purpose})`,
    status,
    html`<span lang="en">${why.join('; ')}</span>`,
  ]),
})}
${section(words, {
  title: words.interactions,
  head: [words.when, words.what, ''],
  rows: interactions.map(({ at, type, properties }) => [minute(at), type, shown(properties)]),
})}
${section(words, {
  title: words.decisions,
  head: [words.when, words.what, words.why],
  rows: decisions.map(({ at, kind, outcome, reason }) => [
    minute(at),
    `${kind} ${outcome}`,
    html`<span lang="en">${reason}</span>`,
  ]),
})}
${section(words, {
  title: words.sales,
  head: [words.when, words.what, words.state],
  rows: [
    ...handoffs.map(({ offeredAt, team, status, reason }) => [
      minute(offeredAt),
      team,
      [status, reason].filter(Boolean).join(': '),
    ]),
    ...tasks.map(({ createdAt, title, status, note }) => [
      minute(createdAt),
      title,
      [status, note].filter(Boolean).join(': '),
    ]),
  ],
})}`;
}
