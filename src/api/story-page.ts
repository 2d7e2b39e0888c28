import { DateTime } from 'luxon';
import type { Story } from '../store/story';
import { html } from './html';
import { page } from './page';

/** The story of a contact as a page, in the contact's own time zone. */
export function storyPage({ contact, leads, clientStatus, entries }: Story): string {
  const { name, email, timeZone } = contact;
  const rows = entries.map(({ at, what, reason, sequence, step, template }) => {
    const local = DateTime.fromMillis(at, { zone: timeZone });
    return html`<tr><td class="when"><time datetime="${local.toISO()}">${local.toFormat('yyyy-MM-dd HH:mm')}</time></td><td>${what}</td><td>${reason}</td><td class="muted where">${[
      sequence && (step ? `${sequence}/${step}` : sequence),
      template,
    ]
      .filter(Boolean)
      .join(', ')}</td></tr>\n`;
  });
  const body = html`<h1>${name ?? email}</h1>
<p>${email} <span class="muted">(${timeZone})</span></p>
<ul>${contact.organisation !== null && html`<li>of ${contact.organisation}</li>`}${
    contact.tags.length > 0 && html`<li>tags: ${contact.tags.join(', ')}</li>`
  }${leads.map(({ offer, stage, temperature, grade }) => html`<li>lead for ${offer}: ${stage}, ${temperature}, grade ${grade}</li>`)}${
    clientStatus && html`<li>client: ${clientStatus}</li>`
  }</ul>
<table><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Why</th><th scope="col">Where</th></tr></thead>
<tbody>${rows}</tbody></table>`;
  return page({ title: `Story of ${name ?? email}`, lang: 'en', body, isWide: true });
}
