import { html, type SafeHtml } from '../../api/html';
import { layout, shownInstant } from './layout';
import type { Message } from './store';

export const TABS = ['html', 'text', 'headers', 'source'] as const;
export type Tab = (typeof TABS)[number];

export interface MessageView {
  /** Where the inbox is mounted, without a slash at the end. */
  readonly base: string;
  readonly message: Message;
  /** None: the HTML part, or the text where there is none. */
  readonly tab: Tab | undefined;
}

const LABELS: { readonly [tab in Tab]: string } = { html: 'HTML', text: 'Text', headers: 'Headers', source: 'Source' };

const CONTENTS: { readonly [tab in Tab]: (view: MessageView) => SafeHtml } = {
  html: ({ base, message }) =>
    message.parsed.html
      ? html`<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="The message" src="${base}/messages/${message.summary.id}/html"></iframe>`
      : html`<p>This message has no HTML part.</p>`,
  text: ({ message }) =>
    message.parsed.text ? html`<pre>${message.parsed.text}</pre>` : html`<p>This message has no text part.</p>`,
  headers: ({ message }) => html`<pre>${message.parsed.headerLines.map(({ line }) => line).join('\n')}</pre>`,
  source: ({ message }) => html`<pre>${message.source}</pre>`,
};

/** One message: its envelope, and one of its four sides. */
export function messageView(view: MessageView): string {
  const { base, message } = view;
  const { id, subject, from, to, date, receivedAt, messageId } = message.summary;
  const title = subject || '(no subject)';
  const current = view.tab ?? (message.parsed.html ? 'html' : 'text');
  const tabs = TABS.map(
    (tab) =>
      html`<a href="${base}/messages/${id}?tab=${tab}"${tab === current && html` aria-current="page"`}>${LABELS[tab]}</a>
`,
  );
  const body = html`<p><a href="${base}/">Inbox</a></p>
<h1>${title}</h1>
<dl>
<dt>From</dt><dd>${message.parsed.from?.text ?? from}</dd>
<dt>To</dt><dd>${to.join(', ')}</dd>
<dt>Date (UTC)</dt><dd>${date ? shownInstant(date) : 'none'}</dd>
<dt>Received (UTC)</dt><dd>${shownInstant(receivedAt)}</dd>
<dt>Message-ID</dt><dd>${messageId || 'none'}</dd>
</dl>
<nav aria-label="Sides of the message">${tabs}</nav>
${CONTENTS[current](view)}`;
  return layout({ title, body });
}
