import Handlebars from 'handlebars';

export interface Letter {
  /** Language tag of the text. */
  readonly lang: string;
  readonly subject: string;
  readonly preheader: string;
  /** HTML. */
  readonly body: string;
  /** Under marketing mail, which must say who sends it and how to end it (CAN-SPAM Act §5(a), LGPD art. 18). */
  readonly footer?: { readonly postalAddress: string; readonly unsubscribeUrl: string };
}

const WORDS = {
  pt: { why: 'Você recebe esta mensagem porque quis receber notícias nossas.', unsubscribe: 'Cancelar a inscrição' },
  en: { why: 'You are receiving this message because you asked to hear from us.', unsubscribe: 'Unsubscribe' },
} as const;

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

/** The whole page of a mail. */
export function letterPage(letter: Letter): string {
  const { lang, subject, preheader, body } = letter;
  return `<!doctype html>
<html lang="${escaped(lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>${STYLE}
</style>
</head>
<body>
${preheader === '' ? '' : `<div style="${HIDDEN}">${escaped(preheader)}</div>\n`}<div class="page">
<div class="letter">
${body}</div>
${footerOf(letter)}</div>
</body>
</html>
`;
}

/** The part of the letter that is also read as text: what is hidden is left out. */
export const readableHtml = (letter: Letter): string =>
  `${letter.body}${letter.footer ? `<hr>${footerOf(letter)}` : ''}`;

function footerOf({ lang, footer }: Letter): string {
  if (!footer) return '';
  const words = /^pt\b/i.test(lang) ? WORDS.pt : WORDS.en;
  return `<div class="footer">
<p>${escaped(words.why)}<br>
<a href="${escaped(footer.unsubscribeUrl)}">${escaped(words.unsubscribe)}</a></p>
<p>${escaped(footer.postalAddress)}</p>
</div>
`;
}
