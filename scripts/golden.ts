// writes test/content/golden/, the shipped mails as they come out for their samples: npm run golden
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { render } from '../src/mail/render';
import { sampleOf } from '../src/mail/template/sample-data';
import { readTemplates } from '../src/mail/templates';

const ROOT = path.join(__dirname, '..');
export const GOLDEN = path.join(ROOT, 'test/content/golden');

/** Every shipped mail in every language, by the name of its golden file. */
export async function goldenMails(): Promise<ReadonlyMap<string, string>> {
  const { compiled, samples } = await readTemplates(path.join(ROOT, 'templates'));
  return new Map(
    compiled.map(({ draft: { name, locale }, text }) => {
      const { filling } = sampleOf(name, locale, samples.get(name));
      const { subject, preheader, html, text: plain, links } = render(text, filling, name);
      const named = links.map((link) => `${link.name}: ${link.url}`).join('\n');
      const parts = [`subject: ${subject}\npreheader: ${preheader}`, named, plain, html];
      return [`${name}.${locale}.txt`, `${parts.join('\n\n=====\n')}\n`] as const;
    }),
  );
}

async function main(): Promise<void> {
  mkdirSync(GOLDEN, { recursive: true });
  for (const file of readdirSync(GOLDEN)) rmSync(path.join(GOLDEN, file));
  for (const [file, mail] of await goldenMails()) writeFileSync(path.join(GOLDEN, file), mail);
}

if (require.main === module) void main();
