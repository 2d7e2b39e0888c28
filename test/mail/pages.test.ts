import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { parseDocument } from 'htmlparser2';
import { sampleOf } from '../../src/mail/template/sample-data';
import { compileTemplates, type RenderRequest, readTemplates } from '../../src/mail/templates';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-pages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Files = { readonly [file: string]: string };
const HEAD = '---\nsubject: Hi\n---\n';
function write(files: Files): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}
async function rendered(files: Files, request: Partial<RenderRequest> = {}) {
  write(files);
  const { filling } = sampleOf('hello', request.locale ?? 'en');
  return (await compileTemplates(folder)).render({ template: 'hello', ...filling, ...request });
}
/** `file:line CODE` of everything that is found, in the order in which it is told. */
async function found(files: Files): Promise<readonly string[]> {
  write(files);
  const { problems, templates } = await readTemplates(folder);
  const all = [...problems, ...templates.names.flatMap((name) => templates.lint(name))];
  return all.map(({ file, line, code, severity }) => `${severity} ${file.replace(`${folder}/`, '')}:${line} ${code}`);
}

const page = (body: string) => `<html><head></head><body>\n${body}\n{{> footer}}</body></html>\n`;
const mjml = (body: string) =>
  `<mjml><mj-body>\n<mj-section><mj-column>\n${body}\n</mj-column></mj-section>\n{{> footer}}</mj-body></mjml>\n`;

describe('a page of one’s own', () => {
  it('gets its language, title and preheader, and loses the notes of whoever wrote it', async () => {
    const head = '---\nsubject: Hi\npreheader: "More, {{contact.firstName}}"\n---\n';
    const { html, text } = await rendered({
      'hello/pl.html': head + page('<!-- note --><p>Text {{contact.name}}</p>'),
    });
    expect(html).toContain('<html lang="pl">');
    expect(html).toContain('<title>Hi</title>');
    expect(html).toMatch(/<body>\n<div style="display:none[^>]*>More, Ana<\/div>/);
    expect(html).not.toContain('note');
    expect(text).toMatch(/^Text Ana Lima\n\n-+\n/);
  });

  it('in MJML is made of tables, with blocks around sections and values in them, and loads nothing of strangers', async () => {
    const body = '{{#if lead}}\n<mj-text>About {{lead.offer}}</mj-text>\n{{else}}<mj-text>Us</mj-text>{{/if}}';
    const { html, text } = await rendered({ 'hello/en.mjml': HEAD + mjml(body) });
    expect(html).toContain('About course');
    expect(html).not.toMatch(/Us|mj-raw|viveiro-line|googleapis|lang="und"/);
    expect(html).toContain('<!--[if !mso]><!-->');
    expect(text).toContain('About course');
  });

  it('has links that lead through us, named by title, text or alternative text', async () => {
    const links = [
      '<a title="first" href="https://a.example/1?m={{contact.email}}&amp;x=1">One</a>',
      '<a href="https://a.example/2"> Two\n words </a>',
      '<a href="https://a.example/3"><img src="https://a.example/x.png" alt="Three"></a>',
      '<a href="{{links.call}}">call</a> <a href="mailto:a@b.example">us</a>',
    ];
    const trackedUrl = (position: number) => `https://viva.example/c/${position}`;
    const all = await rendered({ 'hello/en.html': HEAD + page(links.join('\n')) }, { trackedUrl });
    expect(all.links).toEqual([
      { name: 'first', url: 'https://a.example/1?m=ana%40example.com&x=1' },
      { name: 'Two words', url: 'https://a.example/2' },
      { name: 'Three', url: 'https://a.example/3' },
    ]);
    expect([...all.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href).slice(0, 5)).toEqual([
      ...[0, 1, 2].map(trackedUrl),
      'https://viveiro.example/call/sample',
      'mailto:a@b.example',
    ]);
    expect(all.html).not.toContain('title=');
  });

  it('goes with a text of its own, whose links are those of the page', async () => {
    const text = 'See https://a.example/2, or https://a.example/9.\n{{> footer}}\n';
    const files = { 'hello/en.html': HEAD + page('<a href="https://a.example/2">Two</a>'), 'hello/en.txt': text };
    const all = await rendered(files, { trackedUrl: (position) => `https://viva.example/c/${position}` });
    expect(all.links.map(({ name }) => name)).toEqual(['Two', 'https://a.example/9']);
    expect(all.text).toMatch(/^See https:\/\/viva\.example\/c\/0, or https:\/\/viva\.example\/c\/1\.\n---\n/);
    expect(all.text).toContain('Unsubscribe: https://viveiro.example/u/sample');
  });

  // INV-VALUES-ARE-TEXT
  it('has the same elements whatever a value says, in text, in an attribute, in an address, in HTML and in MJML', async () => {
    const body =
      '<p>{{contact.name}}</p><img src="https://a.example/x.png" alt="{{contact.name}}">\n<a href="https://a.example/?n={{contact.name}}">x</a>';
    write({
      'hello/en.html': HEAD + page(body),
      'other/en.mjml':
        HEAD + mjml(`<mj-text>${body}</mj-text><mj-button href="https://a.example/{{contact.name}}">b</mj-button>`),
    });
    const templates = await compileTemplates(folder);
    const { filling } = sampleOf('hello', 'en');
    const shape = (template: string, name: string) => {
      const contact = { ...(filling.data as { contact: object }).contact, name };
      return skeleton(
        parseDocument(templates.render({ ...filling, template, data: { ...filling.data, contact } }).html).children,
      );
    };
    const plain = ['hello', 'other'].map((template) => shape(template, 'Ana'));
    const evil = fc.constantFrom(
      '"><script>',
      "' onload='x",
      '-->',
      ']]>',
      '<![endif]-->',
      '{{contact.email}}',
      '</title>',
      '&quot;',
      '\u2028',
      '`=',
    );
    const name = fc.array(fc.oneof(evil, fc.string()), { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(name, (value) => {
        expect(['hello', 'other'].map((template) => shape(template, value))).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });
});

type Node = ReturnType<typeof parseDocument>['children'][number];
/** Elements with the names of their attributes, and nothing of what they say. */
function skeleton(nodes: readonly Node[]): unknown {
  return nodes.flatMap((node) =>
    'attribs' in node ? [[node.name, Object.keys(node.attribs), skeleton(node.children)]] : [],
  );
}

describe('what is shared', () => {
  it('is a layout around any body, and partials, each for the language of the text', async () => {
    const files = {
      'hello/en.md': '---\nsubject: Hi\nlayout: brand\n---\nHello **{{contact.name}}**\n\n{{> sign}}',
      'hello/pt-BR.md': '---\nsubject: Oi\nlayout: brand\n---\nOi\n\n{{> sign}}',
      '_layouts/brand.mjml': mjml('<mj-text>{{> body}}</mj-text>'),
      '_partials/sign.md': 'Regards,\\\n{{sender.name}}\n',
      '_partials/sign.pt.md': 'Um abraço\n',
    };
    expect((await rendered(files)).html).toMatch(
      /<p>Hello <strong>Ana Lima<\/strong><\/p>\n<p>Regards,<br \/>\nViveiro<\/p>/,
    );
    expect((await rendered(files, { locale: 'pt-BR' })).html).toMatch(/<p>Oi<\/p>\n<p>Um abraço<\/p>/);
  });

  it('is our own footer, unless there is another', async () => {
    const files = {
      'hello/en.md': `${HEAD}x`,
      '_partials/footer.html': '<p><a href="{{links.unsubscribe}}">Bye</a></p>',
    };
    expect((await rendered(files)).html).toMatch(/<p><a href="[^"]*\/u\/sample">Bye<\/a><\/p><\/div>/);
  });
});

describe('helpers write', () => {
  const said = async (source: string, request: Partial<RenderRequest> = {}) => {
    const { text } = await rendered({ [`hello/${request.locale?.slice(0, 2) ?? 'en'}.md`]: HEAD + source }, request);
    return text.split('\n\n---')[0]?.replaceAll(/\s/g, ' ');
  };

  it('dates in the language and zone of the reader, if the text is in that language', async () => {
    expect(
      await said('{{date client.lastPurchaseAt}}, {{time client.lastPurchaseAt}}', {
        locale: 'en-GB',
        timeZone: 'Asia/Tokyo',
      }),
    ).toBe('15 March 2026, 00:00');
    expect(await said('{{date client.lastPurchaseAt "short"}}', { locale: 'pl', timeZone: 'Europe/Warsaw' })).toBe(
      '14.03.2026',
    );
    rmSync(path.join(folder, 'hello'), { recursive: true });
    write({ 'hello/en.md': `${HEAD}{{date today}}` });
    const { filling } = sampleOf('hello', 'en');
    const { text } = (await compileTemplates(folder)).render({ template: 'hello', ...filling, locale: 'ja' });
    expect(text).toMatch(/^June 15, 2026/);
  });

  it('money and numbers', async () => {
    expect(await said('{{money client.revenue "BRL"}} {{number client.revenue}}', { locale: 'pt-BR' })).toBe(
      'R$ 420,00 420',
    );
  });

  test.each([
    ['en', 1, '1 order'],
    ['en', 2, '2 orders'],
    ['pl', 1, '1 zamówienie'],
    ['pl', 3, '3 zamówienia'],
    ['pl', 5, '5 zamówień'],
    ['pl', 22, '22 zamówienia'],
  ])('in %s the plural of %i: %s', async (locale, purchases, expected) => {
    const words = {
      en: 'one="# order" other="# orders"',
      pl: 'one="# zamówienie" few="# zamówienia" many="# zamówień" other="# zamówienia"',
    }[locale];
    const { filling } = sampleOf('hello', locale);
    const client = { purchases };
    expect(await said(`{{plural client.purchases ${words}}}`, { locale, data: { ...filling.data, client } })).toBe(
      expected,
    );
  });
});

describe('data', () => {
  it('of a template are plain: no class, no function', async () => {
    const data = { ...sampleOf('hello', 'en').filling.data, contact: { name: () => 'x' } };
    await expect(rendered({ 'hello/en.md': `${HEAD}x` }, { data })).rejects.toThrow('data of a template are plain');
  });
});

describe('what is wrong is told with its code, file and line', () => {
  const IMAGE = 'https://a.example/x.png';
  const broken: readonly (readonly [string, Files, readonly string[]])[] = [
    [
      'an image without words in HTML',
      { 'hello/en.html': HEAD + page(`<p>a</p>\n<img src="${IMAGE}">`) },
      ['error hello/en.html:6 VIV_ALT_MISSING'],
    ],
    [
      'an image without words in MJML',
      { 'hello/en.mjml': HEAD + mjml(`<mj-text>a</mj-text>\n<mj-image src="${IMAGE}" />`) },
      ['error hello/en.mjml:7 VIV_ALT_MISSING'],
    ],
    [
      'an image without words in Markdown',
      { 'hello/en.md': `${HEAD}a\n\n![](${IMAGE})` },
      ['error hello/en.md:6 VIV_ALT_MISSING'],
    ],
    [
      'a link around such an image',
      { 'hello/en.html': HEAD + page(`<a href="https://a.example/"><img src="${IMAGE}" alt=""></a>`) },
      ['error hello/en.html:5 VIV_ALT_MISSING'],
    ],
    [
      'text that nobody can read',
      { 'hello/en.html': HEAD + page('<p style="color:#ccc">a</p>') },
      ['error hello/en.html:5 VIV_CONTRAST_LOW'],
    ],
    [
      'text that few can read',
      { 'hello/en.html': HEAD + page('<p style="color:#777">a</p>') },
      ['warning hello/en.html:5 VIV_CONTRAST_LOW'],
    ],
    [
      'large text may stand out less',
      { 'hello/en.html': HEAD + page('<p style="color:#777;font-size:24px">a</p>') },
      [],
    ],
    [
      'a button that nobody can read',
      {
        'hello/en.mjml':
          HEAD + mjml('<mj-button href="https://a.example/" background-color="#eee" color="#fff">Go</mj-button>'),
      },
      ['error hello/en.mjml:6 VIV_CONTRAST_LOW'],
    ],
    [
      'what a style sheet colours is let be',
      { 'hello/en.html': HEAD + page('<style>p{color:#fff}</style><p>a</p>') },
      [],
    ],
    [
      'no way to unsubscribe',
      { 'hello/en.html': `${HEAD}<html><body>{{sender.postalAddress}}</body></html>` },
      ['error hello/en.html:4 VIV_UNSUBSCRIBE_MISSING'],
    ],
    [
      'no postal address',
      { 'hello/en.html': `${HEAD}<html><body><a href="{{links.unsubscribe}}">x</a></body></html>` },
      ['error hello/en.html:4 VIV_POSTAL_ADDRESS_MISSING'],
    ],
    [
      'neither in the text',
      { 'hello/en.md': `${HEAD}x`, 'hello/en.txt': 'x' },
      ['error hello/en.txt:1 VIV_UNSUBSCRIBE_MISSING', 'error hello/en.txt:1 VIV_POSTAL_ADDRESS_MISSING'],
    ],
    [
      'transactional mail needs neither',
      { 'hello/en.html': '---\nsubject: Hi\npurpose: transactional\n---\n<html><body>x</body></html>' },
      [],
    ],
    [
      'a page that is too large',
      { 'hello/en.md': `${HEAD}${'word '.repeat(21_000)}` },
      ['error hello/en.md:4 VIV_MAIL_TOO_LARGE'],
    ],
    [
      'a value that the sample lacks',
      { 'hello/en.md': `${HEAD}a\n\n{{contact.attributes.company}}` },
      ['warning hello/en.md:6 VIV_TEMPLATE_VALUE_UNSURE', 'error hello/en.md:6 VIV_TEMPLATE_VALUE_MISSING'],
    ],
    [
      'that the sample has',
      {
        'hello/en.md': `${HEAD}a\n\n{{contact.attributes.company}}`,
        'hello/sample.yaml': 'contact: { attributes: { company: Viva } }',
      },
      ['warning hello/en.md:6 VIV_TEMPLATE_VALUE_UNSURE'],
    ],
    [
      'a value that not everyone has, outside of its {{#if}}',
      { 'hello/en.md': `${HEAD}{{#if lead}}{{lead.offer}}{{/if}}\n{{lead.offer}}` },
      ['warning hello/en.md:5 VIV_TEMPLATE_VALUE_UNSURE'],
    ],
    [
      'in the {{else}} of {{#unless}} it is there',
      { 'hello/en.md': `${HEAD}{{#unless lead}}x{{else}}{{lead.offer}}{{/unless}}` },
      [],
    ],
    [
      'sample data with a slip',
      { 'hello/en.md': `${HEAD}x`, 'hello/sample.yaml': 'contact:\n  nmae: Ana' },
      ['error hello/sample.yaml:2 VIV_KEY_UNKNOWN'],
    ],
    [
      'a link to nowhere',
      { 'hello/en.html': HEAD + page('<a href="#">x</a>\n<a href="">y</a>') },
      ['error hello/en.html:5 VIV_LINK_DEAD', 'error hello/en.html:6 VIV_LINK_DEAD'],
    ],
    [
      'a link to a machine of ours',
      { 'hello/en.md': `${HEAD}[a](http://localhost:3000/x) [b](http://10.0.0.1/) [c](https://intranet/)` },
      ['error hello/en.md:4 VIV_LINK_DEAD', 'error hello/en.md:4 VIV_LINK_DEAD', 'error hello/en.md:4 VIV_LINK_DEAD'],
    ],
    [
      'a link in MJML, in a partial',
      {
        'hello/en.mjml': HEAD + mjml('<mj-text>a</mj-text>\n{{> go}}'),
        '_partials/go.mjml': '<mj-text>x</mj-text>\n<mj-button href="/rel">Go</mj-button>',
      },
      ['error _partials/go.mjml:2 VIV_LINK_DEAD'],
    ],
    [
      'a script',
      { 'hello/en.html': HEAD + page('<p onclick="x()">a</p>\n<script>x()</script>') },
      ['error hello/en.html:5 VIV_TEMPLATE_INVALID', 'error hello/en.html:6 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a value in a style',
      { 'hello/en.html': HEAD + page('<p style="color:{{contact.name}}">a</p>') },
      ['warning hello/en.html:5 VIV_TEMPLATE_VALUE_UNSURE', 'error hello/en.html:5 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a value without quotes',
      { 'hello/en.html': HEAD + page('<p class={{contact.email}}>a</p>') },
      ['error hello/en.html:5 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a block inside a tag',
      { 'hello/en.html': HEAD + page('<p {{#if lead}}hidden{{/if}}>a</p>') },
      ['error hello/en.html:5 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a block across elements',
      { 'hello/en.html': HEAD + page('<p>{{#if lead}}a</p>\n<p>b{{/if}}</p>') },
      ['error hello/en.html:5 VIV_TEMPLATE_INVALID'],
    ],
    [
      'an unknown element of MJML',
      { 'hello/en.mjml': HEAD + mjml('<mj-text>a</mj-text>\n<mj-foo />') },
      ['error hello/en.mjml:7 VIV_TEMPLATE_INVALID'],
    ],
    [
      'an attribute of MJML that makes no sense',
      { 'hello/en.mjml': HEAD + mjml('<mj-text colour="red">a</mj-text>') },
      ['error hello/en.mjml:6 VIV_TEMPLATE_INVALID'],
    ],
    [
      'another file that MJML would read',
      { 'hello/en.mjml': HEAD + mjml('<mj-include path="/etc/passwd" />') },
      ['error hello/en.mjml:6 VIV_TEMPLATE_INVALID'],
    ],
    [
      'text between elements of MJML',
      { 'hello/en.mjml': HEAD + mjml('loose') },
      ['error hello/en.mjml:5 VIV_TEMPLATE_INVALID'],
    ],
    [
      'MJML that is no whole page',
      { 'hello/en.mjml': `${HEAD}<mj-section></mj-section>` },
      ['error hello/en.mjml:4 VIV_TEMPLATE_INVALID'],
    ],
    [
      'an unknown layout',
      { 'hello/en.md': '---\nsubject: Hi\nlayout: none\n---\nx' },
      ['error hello/en.md:3 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a layout without a body',
      { 'hello/en.md': '---\nsubject: Hi\nlayout: bare\n---\nx', '_layouts/bare.html': page('x') },
      ['error _layouts/bare.html:1 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a partial that includes itself',
      { 'hello/en.md': `${HEAD}{{> a}}`, '_partials/a.md': '{{> b}}', '_partials/b.md': 'x\n{{> a}}' },
      ['error _partials/b.md:2 VIV_TEMPLATE_INVALID'],
    ],
    [
      'an unknown name in a partial',
      { 'hello/en.md': `${HEAD}a\n{{> a}}`, '_partials/a.md': 'x\n{{contact.nmae}}' },
      ['error _partials/a.md:2 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a plural that lacks a form',
      { 'hello/pl.md': `${HEAD}{{#if client}}{{plural client.purchases one="a" other="b"}}{{/if}}` },
      ['error hello/pl.md:4 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a currency that is none',
      { 'hello/en.md': `${HEAD}{{#if client}}{{money client.revenue "XYZ1"}}{{/if}}` },
      ['error hello/en.md:4 VIV_TEMPLATE_INVALID'],
    ],
    ['an instant as it stands', { 'hello/en.md': `${HEAD}{{today}}` }, ['error hello/en.md:4 VIV_TEMPLATE_INVALID']],
    [
      'two bodies of one language',
      { 'hello/en.md': `${HEAD}x`, 'hello/en.html': HEAD + page('x') },
      ['error hello/en.md:1 VIV_TEMPLATE_INVALID'],
    ],
    [
      'a text without a body',
      { 'hello/en.md': `${HEAD}x`, 'hello/pl.txt': 'x' },
      ['error hello/pl.txt:1 VIV_TEMPLATE_INVALID'],
    ],
    ['a template without a text', { 'hello/sample.yaml': '{}' }, ['error hello:1 VIV_TEMPLATE_INVALID']],
    ['a shared folder that is none', { '_stuff/a.md': 'x' }, ['error _stuff:1 VIV_TEMPLATE_INVALID']],
  ];
  test.each(broken)('%s', async (_, files, expected) => {
    expect(await found(files)).toEqual(expected);
  });

  it('all at once, in every kind of file', async () => {
    const all = await found({
      'hello/en.html': HEAD + page(`<a href="#">x</a>\n<img src="${IMAGE}">\n{{contact.nmae}}`),
      'hello/pl.md': `${HEAD}{{x}}\n{{y}}`,
    });
    expect(all).toEqual([
      'error hello/en.html:5 VIV_LINK_DEAD',
      'error hello/en.html:7 VIV_TEMPLATE_INVALID',
      'error hello/pl.md:4 VIV_TEMPLATE_INVALID',
      'error hello/pl.md:5 VIV_TEMPLATE_INVALID',
      'error hello/en.html:6 VIV_ALT_MISSING',
    ]);
  });
});
