import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ViveiroError } from '../../src/domain/errors';
import { loadTemplates, type RenderRequest } from '../../src/mail/templates';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-templates-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HEAD = '---\nsubject: Hi\n---\n';
function write(files: { readonly [file: string]: string }): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}
const load = (files: { readonly [file: string]: string }) => {
  write(files);
  return loadTemplates(folder);
};

const data = {
  contact: { name: 'Ana Sá', firstName: 'Ana', email: 'ana@example.test', locale: 'pt-BR', attributes: { size: 12 } },
  lead: { offer: 'course', source: 'web' },
  client: null,
  sequence: { title: 'Nurture' },
  links: { call: 'https://viva.example/call/t', unsubscribe: 'https://viva.example/u/t' },
  sender: { name: 'Viva', postalAddress: 'Rua 1' },
};
const rendered = (body: string, request: Partial<RenderRequest> = {}) =>
  load({ 'hello/en.md': HEAD + body }).render({ template: 'hello', locale: 'en', data, ...request });
/** The HTML of the letter alone. */
const letter = (body: string, request: Partial<RenderRequest> = {}) =>
  /<div class="letter">\n(.*)<\/div>\n<\/div>\n<\/body>/s.exec(rendered(body, request).html)?.[1];

/** Every problem of a file, as a person reads it, without the folder. */
function problemsOf(files: { readonly [file: string]: string }): readonly string[] {
  try {
    load(files);
    return [];
  } catch (error) {
    if (!(error instanceof ViveiroError)) throw error;
    expect(error.code).toBe('VIV_TEMPLATE_INVALID');
    return error.message.split('\n').map((line) => line.replace(/^Template ".*?": /, '').replace(`${folder}/`, ''));
  }
}
const problemsIn = (body: string) =>
  problemsOf({ 'hello/en.md': HEAD + body }).map((line) => line.replace(/:1 error VIV_TEMPLATE_INVALID/, ''));

describe('a template', () => {
  it('is Markdown with values', () => {
    expect(
      letter('# Hello {{contact.firstName}}\n\n{{#if lead}}About **{{lead.offer}}**.{{else}}About us.{{/if}}'),
    ).toBe('<h1>Hello Ana</h1>\n<p>About <strong>course</strong>.</p>\n');
  });

  it('is found by the locale, else by the language, else in English, else in any', () => {
    const text = (word: string) => `${HEAD}${word}`;
    const templates = load({
      'all/pt-BR.md': text('Brazil'),
      'all/pt-PT.md': text('Portugal'),
      'all/en.md': text('English'),
      'one/de.md': text('German'),
    });
    const localeFor = (template: string, locale: string) => templates.render({ template, locale, data }).locale;
    expect(['pt-PT', 'pt-pt', 'pt', 'pt-AO', 'en-GB', 'ja'].map((locale) => localeFor('all', locale))).toEqual([
      'pt-PT',
      'pt-PT',
      'pt-BR',
      'pt-BR',
      'en',
      'en',
    ]);
    expect(localeFor('one', 'pt-BR')).toBe('de');
    expect(() => templates.render({ template: 'none', locale: 'en', data })).toThrow(
      expect.objectContaining({ code: 'VIV_TEMPLATE_UNKNOWN' }),
    );
  });

  it('that names what this recipient has not cannot be filled', () => {
    expect(() => rendered('Bought on {{client.lastPurchaseOn}}')).toThrow(
      /its text in en cannot be filled for this recipient: "lastPurchaseOn" has no value; put \{\{#if …\}\} around/,
    );
    expect(() => rendered('{{contact.attributes.company}}')).toThrow('"company" has no value');
    expect(letter('{{#if client}}{{client.lastPurchaseOn}}{{else}}new{{/if}}')).toBe('<p>new</p>\n');
    expect(letter('{{#if contact.attributes.company}}x{{else}}{{contact.attributes.size}}{{/if}}')).toBe('<p>12</p>\n');
  });
});

describe('a value', () => {
  const evil = '</p><script>alert(1)</script> **bold** [x](https://evil.example) {{contact.email}} & "quoted"';
  const evilData = { ...data, contact: { ...data.contact, name: evil } };

  // INV-VALUES-ARE-TEXT
  it('can bring neither HTML nor Markdown nor expressions', () => {
    const { html, text } = rendered('Dear {{contact.name}}', { data: evilData });
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<strong>');
    expect(html).not.toContain('href');
    expect(text).toBe(`Dear ${evil.replace('[x]', '[x]')}`.replace(/(.{60,78}?)\s(?=\{\{)/, '$1\n'));
  });

  it('cannot break out of a link, and is encoded in its address', () => {
    const attributes = { code: 'a b&c=d"><script>/../#x' };
    const request = { data: { ...data, contact: { ...data.contact, attributes } } };
    const { links, html } = rendered('[go](https://shop.example/p?code={{contact.attributes.code}}#end)', {
      ...request,
      trackedUrl: () => 'https://viva.example/c/1',
    });
    expect(links).toEqual([
      { name: 'go', url: `https://shop.example/p?code=${encodeURIComponent(attributes.code)}#end` },
    ]);
    expect(html).not.toContain('<script');
  });

  it('cannot break the line of a subject', () => {
    const templates = load({ 'hello/en.md': '---\nsubject: "Hi {{contact.name}}"\n---\nx' });
    const contact = { ...data.contact, name: 'Ana\r\nBcc: eve@example.test\u2028x' };
    expect(templates.render({ template: 'hello', locale: 'en', data: { ...data, contact } }).subject).toBe(
      'Hi Ana Bcc: eve@example.test x',
    );
  });

  it('stays as it is in a subject, which is plain text', () => {
    const templates = load({ 'hello/en.md': '---\nsubject: "{{contact.name}}"\n---\nx' });
    const contact = { ...data.contact, name: 'Sá & Filhos <3' };
    const { subject, html } = templates.render({ template: 'hello', locale: 'en', data: { ...data, contact } });
    expect(subject).toBe('Sá & Filhos <3');
    expect(html).toContain('<title>Sá &amp; Filhos &lt;3</title>');
  });
});

describe('links', () => {
  const tracked = { trackedUrl: (position: number) => `https://viva.example/c/${position}` };

  it('are tracked in the order of the text, named by their title or text; ours are left alone', () => {
    const body =
      '[One](https://a.example/1 "first") <https://a.example/2> [call]({{links.call}}) [us](mailto:a@b.example)';
    const { links, html } = rendered(body, tracked);
    expect(links).toEqual([
      { name: 'first', url: 'https://a.example/1' },
      { name: 'https://a.example/2', url: 'https://a.example/2' },
    ]);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      'https://viva.example/c/0',
      'https://viva.example/c/1',
      'https://viva.example/call/t',
      'mailto:a@b.example',
    ]);
    expect(html).not.toContain('title=');
  });

  it('that are not shown have no position', () => {
    const body = '{{#if client}}[a](https://a.example/a){{/if}} [b](https://a.example/b)';
    expect(rendered(body, tracked).links).toEqual([{ name: 'b', url: 'https://a.example/b' }]);
  });

  it('lead straight on where nobody tracks', () => {
    expect(letter('[a](https://a.example/?x=1&y=2)')).toContain('href="https://a.example/?x&#x3D;1&amp;y&#x3D;2"');
  });

  it('stand in the text with their address', () => {
    expect(rendered('[Read](https://a.example/1)', tracked).text).toBe('Read <https://viva.example/c/0>');
  });
});

describe('the page around it', () => {
  const footer = { postalAddress: 'Rua <1>', unsubscribeUrl: 'https://viva.example/u/t' };

  it('ends marketing mail with the address and the way out, in the language of the file', () => {
    const templates = load({ 'hello/en.md': `${HEAD}x`, 'hello/pt-BR.md': `${HEAD}x` });
    const of = (locale: string) => templates.render({ template: 'hello', locale, data, footer });
    expect(of('pt-BR').html).toContain('<a href="https://viva.example/u/t">Cancelar a inscrição</a>');
    expect(of('en').html).toContain('<a href="https://viva.example/u/t">Unsubscribe</a>');
    expect(of('en').html).toContain('Rua &lt;1&gt;');
    expect(of('en').text).toContain('Unsubscribe <https://viva.example/u/t>');
    expect(rendered('x').html).not.toContain('Unsubscribe');
  });

  it('says its language, suits light and dark, and hides the preheader from the letter', () => {
    const templates = load({ 'hello/pt-BR.md': '---\nsubject: Oi\npreheader: "{{contact.firstName}} & mais"\n---\nx' });
    const { html, text } = templates.render({ template: 'hello', locale: 'pt', data });
    expect(html).toContain('<html lang="pt-BR">');
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).toContain('overflow:hidden">Ana &amp; mais</div>');
    expect(text).toBe('x');
  });
});

describe('blocks', () => {
  const story = (rows: readonly string[]) => ({
    template: 'rep-handoff',
    locale: 'en',
    data: { story: rows.map((text) => ({ day: '1 Jan', text })), rep: { name: 'Rita' } },
  });
  const salesLetter = (body: string, rows: readonly string[]) =>
    /<div class="letter">\n(.*)<\/div>\n<\/div>\n<\/body>/s.exec(
      load({ 'rep-handoff/en.md': HEAD + body }).render(story(rows)).html,
    )?.[1];

  it('around a list make one list', () => {
    const body = '{{#each story}}\n- {{day}}: {{text}}\n{{else}}\n- nothing\n{{/each}}\n\nBye';
    expect(salesLetter(body, ['a', 'b'])).toBe('<ul>\n<li>1 Jan: a</li>\n<li>1 Jan: b</li>\n</ul>\n<p>Bye</p>\n');
    expect(salesLetter(body, [])).toBe('<ul>\n<li>nothing</li>\n</ul>\n<p>Bye</p>\n');
  });

  it('around more than a list repeat it', () => {
    expect(
      salesLetter('{{#each story}}\n## {{day}}\n\n{{text}} for {{@root.rep.name}}, {{@index}}\n{{/each}}', ['a']),
    ).toBe('<h2>1 Jan</h2>\n<p>a for Rita, 0</p>\n');
  });

  it('around paragraphs leave no trace', () => {
    expect(letter('{{#if client}}\nA client\n{{else if lead}}\nA *lead*\n{{/if}}\n\nBye')).toBe(
      '<p>A <em>lead</em></p>\n<p>Bye</p>\n',
    );
    expect(letter('{{#with contact}}{{firstName}} of {{@root.lead.offer}} {{../sequence.title}}{{/with}}')).toBe(
      '<p>Ana of course Nurture</p>\n',
    );
  });

  it('braces and code of the text stay text', () => {
    expect(letter('\\{{x}} { {{contact.firstName}} } and `{{contact.firstName}}`{{! a note }}')).toBe(
      '<p>&#123;&#123;x}} &#123; Ana } and <code>Ana</code></p>\n',
    );
  });
});

describe('what is wrong with a template is told with its line and what to do', () => {
  test.each([
    [
      'an unknown name',
      'a\n\n{{contact.nmae}}',
      'hello/en.md:6 there is no "contact.nmae" — did you mean "contact.name"?',
    ],
    [
      'an unknown name in {{#if}}',
      '{{#if contact.vip}}x{{/if}}',
      'hello/en.md:4 there is no "contact.vip" — did you mean "contact.name"?',
    ],
    [
      'a name that is an object',
      '{{contact}}',
      'hello/en.md:4 "contact" is no single value — known: contact.name, contact.firstName, contact.email, contact.locale, contact.attributes.<name>',
    ],
    [
      'a name of every object',
      '{{contact.attributes.constructor}}',
      'hello/en.md:4 there is no "contact.attributes.constructor" — known: contact.name, contact.firstName, ',
    ],
    [
      'a name of outside',
      '{{#with lead}}\n{{contact.name}}\n{{/with}}',
      'hello/en.md:5 nothing here is called "contact.name" — write {{@root.contact.name}}',
    ],
    [
      'an unescaped value',
      '{{{contact.name}}}',
      'hello/en.md:4 an unescaped value — write {{…}}: values never bring their own HTML',
    ],
    [
      'a helper',
      '{{upper contact.name}}',
      'hello/en.md:4 there is no helper "upper" — known: date, time, number, money, plural',
    ],
    [
      'an unknown block',
      '{{#unles lead}}x{{/unles}}',
      'hello/en.md:4 there is no block "unles" — did you mean "unless"?',
    ],
    [
      'a block with too much',
      '{{#if lead client}}x{{/if}}',
      'hello/en.md:4 {{#if}} takes one name and nothing else — write {{#if name}} … {{/if}}',
    ],
    ['an each over no list', '{{#each lead}}x{{/each}}', 'hello/en.md:4 "lead" is no list — use {{#if}} or {{#with}}'],
    ['a partial', '{{> footer}}', 'hello/en.md:4 there is no partial "footer" here — write it: _partials/footer.md'],
    [
      'a block that does not end',
      'a\n{{#if lead}}',
      'hello/en.md:5 an expression is broken before here: Parse error on line 2',
    ],
    [
      'a block that ends as another',
      '{{#if lead}}\n{{/each}}',
      "hello/en.md:4 an expression is broken before here: if doesn't match each",
    ],
    [
      'a block across paragraphs',
      'a {{#if lead}}b\n\nc{{/if}}',
      'hello/en.md:4 {{#if}} begins in one part of the text and ends in another — keep {{#if}} and {{/if}} within one paragraph',
    ],
    [
      'a block across bold text',
      '**a {{#if lead}}b** c{{/if}}',
      'hello/en.md:4 {{#if}} begins in one part of the text',
    ],
    [
      'a block in code',
      '`{{#if lead}}x{{/if}}`',
      'hello/en.md:4 code has a block in it — put the block around the code',
    ],
    [
      'a script as an address',
      'a\nb [x](javascript:alert(1))',
      'hello/en.md:5 "javascript:alert(1)" is no address of a web page — write it like https://example.com/page',
    ],
    ['an address on no host', '[x](/page)', 'hello/en.md:4 "/page" is no address of a web page'],
    [
      'a value as an address',
      '[x]({{contact.email}})',
      'hello/en.md:4 "{{contact.email}}" is no address of a web page',
    ],
    [
      'a value as a host',
      '[x](https://{{contact.email}}/)',
      'hello/en.md:4 "https://{{contact.email}}/" takes a value before its path',
    ],
    [
      'a block in an address',
      '[x](https://a.example/{{#if lead}}b{{/if}})',
      'has a block in it — put the block around the link',
    ],
    ['an image of no address', '![x](data:image/png;base64,x)', 'hello/en.md:4 an image is at no fixed address'],
  ])('%s', (_, body, problem) => {
    const problems = problemsIn(body);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('in the head, too', () => {
    expect(problemsOf({ 'a/en.md': 'Hello' })).toEqual([
      'a/en.md:1:1 error VIV_TEMPLATE_INVALID it does not begin with a head — begin it with a line ---, then subject: "…", then a line ---',
    ]);
    expect(problemsOf({ 'a/en.md': '---\nsubjct: Hi\n---\nx' }).join('\n')).toMatch(
      /a\/en\.md:2:1 error VIV_KEY_UNKNOWN subjct/,
    );
    expect(problemsOf({ 'a/en.md': '---\nsubject: Hi\npreheader: "{{contact.nam}}"\n---\nx' })).toEqual([
      'a/en.md:3:1 error VIV_TEMPLATE_INVALID there is no "contact.nam" — did you mean "contact.name"?',
    ]);
  });

  it('all at once, over all files', () => {
    const problems = problemsOf({ 'a/en.md': `${HEAD}{{x}}\n{{y}}`, 'b/pt_BR.md': HEAD, 'b/en.md': `${HEAD}{{z}}` });
    expect(problems.map((line) => /^[^:]*:\d+/.exec(line)?.[0])).toEqual([
      'a/en.md:4',
      'a/en.md:5',
      'b/en.md:4',
      'b/pt_BR.md:1',
    ]);
  });

  it('and a folder that is not there, or a file that is no text', () => {
    expect(() => loadTemplates(path.join(folder, 'none'))).toThrow(
      expect.objectContaining({ code: 'VIV_FILE_UNREADABLE' }),
    );
    write({ 'a/en.md': '' });
    writeFileSync(path.join(folder, 'a/en.md'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(() => loadTemplates(folder)).toThrow(expect.objectContaining({ code: 'VIV_FILE_UNREADABLE' }));
  });
});

test('a sequence may name templates that are there, and none that only sales gets', () => {
  const templates = load({ 'hello/en.md': `${HEAD}x`, 'rep-handoff/en.md': `${HEAD}{{rep.name}}` });
  expect(templates.names).toEqual(['hello', 'rep-handoff']);
  expect(templates.check('hello', { purpose: 'marketing' })).toEqual([]);
  expect(templates.check('helo', { purpose: 'marketing' })).toEqual([
    `there is no template "helo" in ${folder}; did you mean "hello"?`,
  ]);
  expect(templates.check('rep-handoff', { purpose: 'marketing' })).toEqual([
    'template "rep-handoff" is for mails to sales, which the handoff sends; name another, or use a handoff step',
  ]);
});
