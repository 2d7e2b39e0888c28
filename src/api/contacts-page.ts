import type { ContactPage } from '../store/contact-list';
import { html, type SafeHtml } from './html';
import { page } from './page';

export interface ContactsView extends ContactPage {
  readonly search: string;
  readonly number: number;
  readonly pages: number;
}

/** Contacts with how they stand; each leads to its story. */
export function contactsPage(view: ContactsView): string {
  const { total, contacts, search } = view;
  const rows = contacts.map(
    ({ email, name, stage, grade, temperature, clientStatus, journey, mails }) =>
      html`<tr><td><a href="/contacts/${encodeURIComponent(email)}/story">${name ?? email}</a></td><td>${[
        stage,
        grade,
        temperature,
      ]
        .filter(Boolean)
        .join(', ')}</td><td>${clientStatus}</td><td>${journey}</td><td>${mails}</td></tr>\n`,
  );
  const body = html`<h1>Contacts</h1>
<form action="/contacts" role="search"><label for="search">Address, name, stage or outcome</label>
<input id="search" type="search" name="search" value="${search}"><button>Search</button></form>
<p>${total} ${total === 1 ? 'contact' : 'contacts'}${search && html` with “${search}”: <a href="/contacts">show all</a>`}</p>
<table><thead><tr><th scope="col">Contact</th><th scope="col">Lead</th><th scope="col">Client</th><th scope="col">Journey</th><th scope="col">Mails</th></tr></thead>
<tbody>${rows}</tbody></table>
${pageLinks(view)}`;
  return page({ title: 'Contacts', lang: 'en', body, isWide: true });
}

function pageLinks({ search, number, pages }: ContactsView): SafeHtml | false {
  if (pages <= 1) return false;
  const link = (target: number, text: string) =>
    html`<a href="/contacts?${new URLSearchParams({ search, page: String(target) }).toString()}">${text}</a> `;
  return html`<nav aria-label="Pages">${number > 1 && link(number - 1, 'Before')}page ${number} of ${pages} ${
    number < pages && link(number + 1, 'Next')
  }</nav>`;
}
