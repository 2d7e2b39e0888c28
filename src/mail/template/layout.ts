import Handlebars from 'handlebars';

type Words = { readonly why: string; readonly unsubscribe: string; readonly preferences: string };

/** The first is for every other language. */
const WORDS: { readonly [language: string]: Words } & { readonly en: Words } = {
  en: {
    why: 'You are receiving this message because you asked to hear from us.',
    unsubscribe: 'Unsubscribe',
    preferences: 'Choose what you get',
  },
  pt: {
    why: 'Você recebe esta mensagem porque quis receber notícias nossas.',
    unsubscribe: 'Cancelar a inscrição',
    preferences: 'Escolher o que receber',
  },
  pl: {
    why: 'Otrzymujesz tę wiadomość, bo chcesz dostawać od nas wiadomości.',
    unsubscribe: 'Zrezygnuj z subskrypcji',
    preferences: 'Wybierz, co chcesz otrzymywać',
  },
};

const wordsOf = (locale: string): Words => WORDS[locale.toLowerCase().split(/[-_]/)[0] ?? ''] ?? WORDS.en;

/** Plain and fluid: no images, no fixed width, colours for light and dark. Mail programs drop what they do not know. */
const STYLE = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;background:#f4f6f4;color:#1d2420}
.page{max-width:36rem;margin:0 auto;padding:24px 16px}
.letter{background:#ffffff;border-radius:8px;padding:24px;font:16px/1.6 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;overflow-wrap:break-word}
.letter h1,.letter h2,.letter h3{line-height:1.3;margin:1.5em 0 .5em}
.letter h1{font-size:24px}.letter h2{font-size:20px}.letter h3{font-size:17px}
.letter>:first-child{margin-top:0}.letter>:last-child{margin-bottom:0}
.letter img{max-width:100%;height:auto}
.letter table{border-collapse:collapse}.letter td,.letter th{padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid #c9cfcb}
.letter blockquote{margin:1em 0;padding-left:1em;border-left:3px solid #c9cfcb}
.footer{padding:16px 24px;font:13px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#5a645e}
a{color:#1f6f43}
@media(prefers-color-scheme:dark){
body{background:#141816;color:#e6ebe8}
.letter{background:#1d2420}
.letter td,.letter th,.letter blockquote{border-color:#444b47}
.footer{color:#a3ada7}
a{color:#7fd1a0}
}`;

const HIDDEN = 'display:none;max-height:0;overflow:hidden';
const escaped = (text: string): string => Handlebars.Utils.escapeExpression(text);

/** What a list of mails shows after the subject: hidden in the mail itself. */
export const PREHEADER = `{{#if mail.preheader}}<div style="${HIDDEN}">{{mail.preheader}}</div>\n{{/if}}`;

/** The layout of bodies that name none: the page around `{{> body}}`. */
export const letterLayout = (locale: string): string => `<!doctype html>
<html lang="${escaped(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{mail.subject}}</title>
<style>${STYLE}
</style>
</head>
<body>
${PREHEADER}<div class="page">
<div class="letter">
{{> body}}</div>
{{> footer}}</div>
</body>
</html>
`;

/**
 * What stands under marketing mail, which must say who sends it and how to end it (CAN-SPAM Act §5(a), LGPD art. 18): nothing in
 * other mail.
 */
export function footerPartial(locale: string, kind: 'html' | 'mjml' | 'txt'): string {
  const { why, unsubscribe, preferences } = wordsOf(locale);
  const link = `<a href="{{mail.footer.unsubscribeUrl}}">${escaped(unsubscribe)}</a>${chosen(
    ` · <a href="{{mail.footer.preferencesUrl}}">${escaped(preferences)}</a>`,
  )}`;
  switch (kind) {
    case 'html':
      return around(`<div class="footer">
<p>${escaped(why)}<br>
${link}</p>
<p>{{mail.footer.postalAddress}}</p>
</div>
`);
    case 'mjml':
      return around(`<mj-section css-class="footer"><mj-column>
<mj-text color="#5a645e" font-size="13px" line-height="1.5">${escaped(why)}<br>
${link}<br><br>
{{mail.footer.postalAddress}}</mj-text>
</mj-column></mj-section>
`);
    case 'txt':
      return around(`---
${why}
${unsubscribe}: {{mail.footer.unsubscribeUrl}}
${chosen(`${preferences}: {{mail.footer.preferencesUrl}}\n`)}
{{mail.footer.postalAddress}}
`);
    default:
      throw new TypeError(`no footer of kind ${kind satisfies never}`);
  }
}

/** Where there is a page to choose on. */
const chosen = (part: string): string => `{{#if mail.footer.preferencesUrl}}${part}{{/if}}`;

const around = (footer: string): string => `{{#if mail.footer}}${footer}{{/if}}\n`;

/** A page that somebody wrote, with what every mail needs in its head: language, title and preheader, unless it has its own. */
export function completed(page: string, o: { readonly locale: string; readonly hasPreheader: boolean }): string {
  const lang = escaped(o.locale);
  const titled = /<title>\s*<\/title>/i.test(page)
    ? page.replace(/<title>\s*<\/title>/i, '<title>{{mail.subject}}</title>')
    : page.replace(/<head(\s[^>]*)?>(?![\s\S]*<title[\s>])/i, (head) => `${head}\n<title>{{mail.subject}}</title>`);
  const spoken = titled
    .replaceAll('lang="und"', `lang="${lang}"`)
    .replace(/<html(?![^>]*\slang=)/i, `<html lang="${lang}"`);
  return o.hasPreheader ? spoken : spoken.replace(/<body(\s[^>]*)?>/i, (body) => `${body}\n${PREHEADER}`);
}
