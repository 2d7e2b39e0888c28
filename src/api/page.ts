import { createHash } from 'node:crypto';
import { html, SafeHtml } from './html';

/** Content type of every page. */
export const HTML = 'text/html; charset=utf-8';

const STYLE = `
:root{color-scheme:light dark;--accent:#1f6f43;--line:#8a8f8c;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--accent:#7fd1a0;--bad:#ffb4ab}}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:44rem;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.25}
a{color:var(--accent)}
label,legend{display:block;font-weight:600;margin-top:1rem}
input,select,textarea,button{font:inherit;padding:.5rem;border:1px solid var(--line);border-radius:.25rem;min-height:2.75rem}
input:not([type=checkbox],[type=radio]),select,textarea{width:100%}
input[type=checkbox],input[type=radio]{flex:none;width:1.5rem;height:1.5rem;min-height:0;margin:0 .75rem 0 0;accent-color:var(--accent)}
label.check{font-weight:400;display:flex;align-items:center;min-height:2.75rem}
fieldset{border:1px solid var(--line);border-radius:.25rem;margin:1rem 0 0;padding:0 1rem .5rem}
fieldset legend{margin-top:0;padding:0 .25rem}
.hint{margin:0 0 .25rem}
a.button{display:inline-block;margin-top:.5rem;padding:.6rem 1.25rem;border:1px solid var(--accent);border-radius:.25rem}
button{margin-top:1.25rem;padding:.6rem 1.25rem;background:var(--accent);border-color:var(--accent);color:Canvas;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.error{color:var(--bad)}
[role=alert]{border:2px solid var(--bad);border-radius:.25rem;padding:.25rem 1rem;margin-top:1rem}
[aria-invalid=true]{border:2px solid var(--bad)}
.trap{position:absolute;left:-10000px}
.muted{opacity:.75}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td.when,td.where{white-space:nowrap}
body.wide{max-width:80rem}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Content-Security-Policy of every answer: nothing is loaded, no script runs, only this stylesheet counts. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** The same, with this one script allowed, as it stands between its tags. */
export const policyWith = (script: string): string =>
  `${PAGE_POLICY}; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;

export interface Page {
  readonly title: string;
  /** A BCP 47 tag, like pt-BR. */
  readonly lang: string;
  readonly body: SafeHtml;
  /** For tables with many columns. */
  readonly isWide?: boolean;
}

/** A whole HTML document with the stylesheet that `PAGE_POLICY` allows. */
export function page({ title, lang, body, isWide = false }: Page): string {
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new SafeHtml(STYLE)}</style>
</head>
<body${isWide && html` class="wide"`}>
<main>${body}</main>
</body>
</html>
`.text;
}

/** A page that says its title first. */
export const titledPage = ({ body, ...shown }: Page): string =>
  page({ ...shown, body: html`<h1>${shown.title}</h1>${body}` });
