import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GOLDEN, goldenMails } from '../../scripts/golden';

test('every shipped mail comes out as it is kept; npm run golden writes them anew, to be looked at in review', async () => {
  const kept = readdirSync(GOLDEN).map((file) => [file, readFileSync(path.join(GOLDEN, file), 'utf8')] as const);
  const made = await goldenMails();
  expect([...made.keys()].toSorted()).toEqual(kept.map(([file]) => file).toSorted());
  for (const [file, mail] of kept) expect({ file, mail: made.get(file) }).toEqual({ file, mail });
}, 60_000);
