import { html, SafeHtml } from '../api/html';
import type { Problem } from '../domain/yaml/problem';
import type { Rendered } from '../mail/render';

const STYLE = `
:root{color-scheme:light dark;--line:#8a8f8c}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:1.5rem}
h1{font-size:1.25rem;margin:0 0 1rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
.line{border:1px solid var(--line);border-radius:.25rem;padding:.5rem 1rem;max-width:60rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.line b{font-weight:600}.muted{opacity:.75}
.widths{display:flex;flex-wrap:wrap;gap:1.5rem}
iframe{border:1px solid var(--line);border-radius:.25rem;background:#fff;height:44rem;max-width:100%}
pre{border:1px solid var(--line);border-radius:.25rem;padding:1rem;max-width:60rem;overflow:auto;white-space:pre-wrap}
`;

export interface Preview {
  readonly template: string;
  readonly rendered: Rendered;
  readonly problems: readonly Problem[];
}

const WIDTHS = [
  { name: 'Desktop', width: 680 },
  { name: 'Mobile', width: 375 },
];

/** A page of its own that shows a mail as readers get it: wide, narrow, in a list of mails, and as text. Nothing in it can run. */
export function previewPage({ template, rendered, problems }: Preview): string {
  const { subject, preheader, locale, html: mail, text } = rendered;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${template} (${locale})</title><style>${new SafeHtml(STYLE)}</style></head>
<body><h1>${template} <span class="muted">(${locale}, ${Math.ceil(Buffer.byteLength(mail) / 1024)} KB)</span></h1>
<p class="line"><b>${subject}</b> <span class="muted">${preheader}</span></p>
${problems.length > 0 && problemList(problems)}
<div class="widths">${WIDTHS.map(({ name, width }) => html`<div><h2>${name}</h2><iframe sandbox title="${name}" width="${width}" srcdoc="${mail}"></iframe></div>\n`)}</div>
<h2>Text</h2><pre>${text}</pre>
</body></html>
`.text;
}

const problemList = (problems: readonly Problem[]): SafeHtml =>
  html`<h2>To do</h2><ul>${problems.map(
    ({ severity, file, line, message, fix }) =>
      html`<li>${severity}: ${message} — ${fix} <span class="muted">${file}:${line}</span></li>`,
  )}</ul>`;
