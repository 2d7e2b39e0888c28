import { createHash } from 'node:crypto';
import { html, SafeHtml } from '../../api/html';

const STYLE = `
:root{color-scheme:light dark;--accent:#1f6f43;--line:#c9cfcb;--soft:#f1f6f3}
@media(prefers-color-scheme:dark){:root{--accent:#7fd1a0;--line:#444b47;--soft:#1d2420}}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1.5rem}
h1{font-size:1.4rem;line-height:1.3;margin:.5rem 0;overflow-wrap:anywhere}
a{color:var(--accent)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
tbody tr:hover{background:var(--soft)}
td.when{white-space:nowrap}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:1rem 0}
input,button{font:inherit;padding:.4rem .8rem;border:1px solid var(--line);border-radius:.25rem}
input{flex:1;min-width:12rem}
button{background:var(--accent);border-color:var(--accent);color:Canvas;cursor:pointer}
nav{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}
nav a[aria-current]{font-weight:700;text-decoration:none;border-bottom:2px solid}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:1rem 0}
dt{font-weight:600}
dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:70vh;border:1px solid var(--line);border-radius:.25rem;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);border-radius:.25rem;padding:1rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.muted{opacity:.75}
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Content-Security-Policy of the inbox: no script, only this stylesheet, and a frame for the mail. */
export const LAYOUT_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

export interface Layout {
  readonly title: string;
  readonly body: SafeHtml;
  /** Loads the page again after so many seconds. */
  readonly refreshSeconds?: number | undefined;
}

/** A whole HTML document. */
export function layout({ title, body, refreshSeconds }: Layout): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${title}</title>
<style>${new SafeHtml(STYLE)}</style>
</head>
<body>
<main>${body}</main>
</body>
</html>
`.text;
}

/** An ISO instant as people read it, to the minute, in UTC. */
export const shownInstant = (iso: string) => html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`;
