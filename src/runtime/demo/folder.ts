import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Instant } from '../../domain/ids';
import { openDataFolder } from '../data-folder';

const FILE = 'demo.json';

const wishesSchema = z.object({
  leads: z.number().int().positive(),
  seed: z.number().int().nonnegative(),
  /** A CSV file and its mapping, in place of the sample. */
  from: z.string().optional(),
  map: z.string().optional(),
});
/** What the demo was asked for. */
export type DemoWishes = Readonly<z.output<typeof wishesSchema>>;

const demoSchema = z.object({
  wishes: wishesSchema,
  /** Business time at which everyone enters: kept, so that a demo that is carried on makes the same sample. */
  startedAt: z.number(),
  isFinished: z.boolean(),
});
export type Demo = Readonly<z.output<typeof demoSchema>>;

/** The demo of a data folder: the one that was broken off if it was asked for the same, else a new one in an emptied folder. */
export async function openDemo(
  dataDir: string,
  { wishes, now, isFresh }: { readonly wishes: DemoWishes; readonly now: Instant; readonly isFresh: boolean },
): Promise<{ readonly demo: Demo; readonly isCarriedOn: boolean }> {
  const folder = await openDataFolder(dataDir); // nobody runs on it while it is emptied
  try {
    const earlier = readDemo(dataDir);
    const isSame = earlier && !earlier.isFinished && JSON.stringify(earlier.wishes) === JSON.stringify(wishes);
    if (isSame && !isFresh) return { demo: earlier, isCarriedOn: true };
    for (const name of readdirSync(dataDir))
      if (!name.startsWith('lock')) rmSync(path.join(dataDir, name), { recursive: true, force: true });
    const demo: Demo = { wishes, startedAt: now, isFinished: false };
    writeDemo(dataDir, demo);
    return { demo, isCarriedOn: false };
  } finally {
    folder.close();
  }
}

export function finishDemo(dataDir: string, demo: Demo): void {
  writeDemo(dataDir, { ...demo, isFinished: true });
}

function readDemo(dataDir: string): Demo | undefined {
  try {
    return demoSchema.safeParse(JSON.parse(readFileSync(path.join(dataDir, FILE), 'utf8'))).data;
  } catch {
    return undefined; // none, or one that was killed before it began
  }
}

function writeDemo(dataDir: string, demo: Demo): void {
  const file = path.join(dataDir, FILE);
  writeFileSync(`${file}.new`, JSON.stringify(demo));
  renameSync(`${file}.new`, file);
}
