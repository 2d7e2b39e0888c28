import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { html } from '../../src/api/html';
import { PAGE_POLICY, page } from '../../src/api/page';

test('values are escaped, nested templates are not escaped twice, and nothing is said of nothing', () => {
  const name = `<b onclick='x("&")'>`;
  expect(html`<p title="${name}">${[html`<i>${name}</i>`, 1, null, undefined, false, '']}</p>`.text).toBe(
    '<p title="&lt;b onclick=&#39;x(&quot;&amp;&quot;)&#39;&gt;"><i>&lt;b onclick=&#39;x(&quot;&amp;&quot;)&#39;&gt;</i>1</p>',
  );
});

// INV-VALUES-ARE-TEXT
test('no text of a person opens a tag or closes an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']/);
    }),
  );
});

test('the policy allows exactly the stylesheet of the page, and no script', () => {
  const style = /<style>([\s\S]*)<\/style>/.exec(page({ title: 'x', lang: 'en', body: html`` }))?.[1] ?? '';
  expect(PAGE_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(PAGE_POLICY).toContain("default-src 'none'");
  expect(PAGE_POLICY).not.toContain('script-src');
});
