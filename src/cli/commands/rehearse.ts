import type { Command } from 'commander';
import { readConfig } from '../../runtime/config';
import { loadContent } from '../../runtime/content';
import { type OpenPlatform, openPlatform } from '../../runtime/rehearsal/open';
import { type Rehearsed, rehearse } from '../../runtime/rehearsal/rehearse';
import { readScript } from '../../runtime/rehearsal/script-file';
import { untilStopped } from '../../runtime/signals';
import { collect, sequenceNamed, wholeNumber } from '../arguments';
import { createStep } from '../progress';
import { timelineText } from '../timeline-text';

interface Options {
  readonly contact: readonly string[];
  readonly newest: number;
  readonly script?: string;
  readonly seed?: number;
  readonly keep?: boolean;
  readonly json?: boolean;
}

/** `viveiro rehearse`: a sequence run for real, with time skipped, on copies of contacts. */
export function register(program: Command): void {
  program
    .command('rehearse')
    .argument('<sequence>', 'name of a published sequence, or a YAML file')
    .option('--contact <email>', 'who goes through it; may be given several times', collect, [])
    .option('--newest <n>', 'without --contact: the newest leads or clients', wholeNumber(1), 5)
    .option('--script <file>', 'what recipients and reps do, see docs/rehearsal.md')
    .option('--seed <n>', 'another run of chance', wholeNumber(0))
    .option('--keep', 'keep the database of the rehearsal')
    .option('--json', 'one JSON object')
    .description('run a sequence for real on copies of contacts, weeks in seconds; nothing live changes')
    .addHelpText(
      'after',
      `
Mail goes to the built-in inbox, whatever relay is configured.

Examples:
  $ viveiro rehearse course-nurture --contact ana@example.com
  $ viveiro rehearse drafts/new-nurture.yaml --newest 20 --script sequences/scripts/engaged.yaml`,
    )
    .action(run);
}

async function run(sequence: string, options: Options): Promise<void> {
  const { contact, newest, script, seed, keep = false, json = false } = options;
  const breaking = new AbortController();
  void untilStopped().then(() => breaking.abort());
  const config = readConfig(process.env);
  const content = await loadContent(config);
  const read = await readScript(script, seed);
  const step = createStep({ isQuiet: json });
  const open = await step('Connect', (say) =>
    openPlatform({
      config,
      content,
      environment: process.env,
      onProgress: ({ part, state, detail }) => say([part, state, detail].filter(Boolean).join(' ')),
    }),
  );
  try {
    const rehearsed: Rehearsed = await step(`Rehearse ${sequence}`, (say) =>
      rehearse({
        platform: open.platform,
        sequence: sequenceNamed(sequence),
        contacts: contact.length > 0 ? { emails: contact } : { newest },
        script: read,
        keep,
        onProgress: ({ done, total }) => say(`${done} of ${total} journeys`),
        signal: breaking.signal,
      }),
    );
    process.stdout.write(json ? `${JSON.stringify(rehearsed)}\n` : timelineText(rehearsed));
    if (!json) process.stderr.write(`\n${whereMailsAre(open)}\n`);
  } finally {
    await open.close();
  }
}

const whereMailsAre = ({ inboxUrl }: OpenPlatform): string =>
  inboxUrl ? `The mails are in the inbox: ${inboxUrl}` : 'The mails are kept: `viveiro start` shows them in its inbox.';
