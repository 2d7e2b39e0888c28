import { html, type SafeHtml } from '../../api/html';
import { layout, shownInstant } from './layout';
import type { MessageSummary } from './store';

const REFRESH_SECONDS = 5;

export interface ListView {
  /** Where the inbox is mounted, without a slash at the end. */
  readonly base: string;
  readonly search: string;
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  readonly messages: readonly MessageSummary[];
  readonly isRefreshing: boolean;
}

/** The list of messages, the newest first. Its first page stays fresh by itself unless one asks it not to. */
export function listView(view: ListView): string {
  const { base, search, page, total, messages, isRefreshing } = view;
  const isLive = page === 1 && search === '';
  const body = html`<h1>Inbox</h1>
<p class="muted">Mail that Viveiro sent, kept on this machine and delivered to nobody. ${isLive && refreshLink(base, isRefreshing)}</p>
<form action="${base}/" role="search">
<input type="search" name="search" value="${search}" aria-label="Address, subject or Message-ID" placeholder="Address, subject or Message-ID">
<button>Search</button>
</form>
<p>${total} ${total === 1 ? 'message' : 'messages'}${search && html` with “${search}”: <a href="${base}/">show all</a>`}</p>
${messages.length > 0 && messageTable(base, messages)}
${pageLinks(view)}`;
  return layout({
    title: `Inbox (${total})`,
    body,
    refreshSeconds: isLive && isRefreshing ? REFRESH_SECONDS : undefined,
  });
}

const refreshLink = (base: string, isRefreshing: boolean) =>
  isRefreshing
    ? html`This page loads again every ${REFRESH_SECONDS} s: <a href="${base}/?refresh=off">stop that</a>.`
    : html`<a href="${base}/">Keep it fresh</a>.`;

function messageTable(base: string, messages: readonly MessageSummary[]): SafeHtml {
  const rows = messages.map(
    ({ id, to, subject, date, receivedAt }) => html`<tr>
<td class="when">${shownInstant(date ?? receivedAt)}</td>
<td>${to.join(', ')}</td>
<td><a href="${base}/messages/${id}">${subject || '(no subject)'}</a></td>
</tr>
`,
  );
  return html`<table>
<thead><tr><th scope="col">Date (UTC)</th><th scope="col">To</th><th scope="col">Subject</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function pageLinks({ base, search, page, pages }: ListView): SafeHtml | false {
  if (pages === 1) return false;
  const link = (target: number, text: string) =>
    html`<a href="${base}/?${new URLSearchParams({ search, page: `${target}` }).toString()}">${text}</a>`;
  return html`<nav aria-label="Pages">
${page > 1 && link(page - 1, 'Newer')}
<span>Page ${page} of ${pages}</span>
${page < pages && link(page + 1, 'Older')}
</nav>`;
}
