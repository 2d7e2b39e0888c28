import { Listr, PRESET_TIMER } from 'listr2';
import type { Say, Step } from '../runtime/step';

/** Shows steps as they go: with a spinner on a terminal, by a line now and then elsewhere; quiet for machines. */
export function createStep({ isQuiet }: { readonly isQuiet: boolean }): Step {
  if (isQuiet) return (_, work) => work(() => undefined);
  return process.stdout.isTTY ? onTerminal : byLines;
}

const onTerminal: Step = async (title, work) => {
  const result: { value?: Awaited<ReturnType<typeof work>> } = {};
  const list = new Listr(
    [
      {
        title,
        rendererOptions: { persistentOutput: true, timer: PRESET_TIMER },
        task: async (_, shown) => {
          result.value = await work((text) => {
            shown.output = text;
          });
        },
      },
    ],
    { registerSignalListeners: false, rendererOptions: { collapseErrors: false } }, // our own handlers stop what runs
  );
  await list.run();
  return result.value as Awaited<ReturnType<typeof work>>; // run() has thrown unless it was set
};

const LINE_EVERY_MS = 5000;

const byLines: Step = async (title, work) => {
  process.stdout.write(`${title}\n`);
  const beganAt = performance.now();
  const answer = await work(everyNowAndThen());
  process.stdout.write(`  done in ${((performance.now() - beganAt) / 1000).toFixed(1)} s\n`);
  return answer;
};

function everyNowAndThen(): Say {
  let saidAt = performance.now();
  return (text) => {
    if (performance.now() - saidAt < LINE_EVERY_MS) return;
    saidAt = performance.now();
    process.stdout.write(`  ${text}\n`);
  };
}

/** A bar for a share from 0 to 1, `width` characters wide. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
