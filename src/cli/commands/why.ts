import type { Command } from 'commander';
import { DateTime } from 'luxon';
import { contactRefOf } from '../../store/contact-ref';
import { type Story, storyOf } from '../../store/story';
import { withDatabase } from '../database';
import { onOneLine, writeJson } from '../output';

/** `viveiro why <contact>`: what happened with a contact, and why. */
export function register(program: Command): void {
  program
    .command('why')
    .argument('<contact>', 'e-mail address or id')
    .option('--json', 'one JSON object')
    .description('tell the story of a contact: what happened, what was decided, and why')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro why ana@example.com
  $ viveiro why ana@example.com --json`,
    )
    .action(async (contact: string, { json }: { json?: boolean }) => {
      const story = await withDatabase((db) => storyOf(db, contactRefOf(contact)));
      if (json) writeJson(story);
      else process.stdout.write(storyText(story));
    });
}

/** The story as lines: local date and time of the contact, what, reason. */
export function storyText({ contact, leads, clientStatus, entries }: Story): string {
  const { email, name, timeZone } = contact;
  const who = `${name ? `${name} <${email}>` : email}  (${timeZone})\n`;
  const standing = leads.map(
    ({ offer, stage, temperature, grade }) => `lead for ${offer}: ${stage}, ${temperature}, grade ${grade}\n`,
  );
  const client = clientStatus ? [`client: ${clientStatus}\n`] : [];
  const lines = entries.map(({ at, what, reason, sequence, step, template }) => {
    const when = DateTime.fromMillis(at, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm');
    const place = [sequence && `${sequence}${step ? `/${step}` : ''}`, template].filter(Boolean).join(', ');
    const where = place === '' ? '' : `  [${place}]`;
    return `${when}  ${onOneLine(what)}${reason ? ` — ${onOneLine(reason)}` : ''}${where}\n`;
  });
  return [onOneLine(who), '\n', ...standing, ...client, '\n', ...lines].join('');
}
