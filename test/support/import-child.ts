// A process of its own that imports a file: it is killed somewhere on the way.
import { importFile } from '../../src/importing/run';
import { connect } from '../../src/store/db';
import type { TurnDeps } from '../../src/store/turn';
import { aLeadsMap } from './importing';
import { TEST_KEYS } from './keys';

interface ImportOrder {
  readonly databaseUrl: string;
  readonly file: string;
  readonly rejectsFile: string;
  readonly now: number;
  readonly turn: TurnDeps;
}

const { databaseUrl, ...order }: ImportOrder = JSON.parse(process.env.IMPORT_ORDER ?? '');
const db = connect(databaseUrl, 2, TEST_KEYS);
importFile({ db, map: aLeadsMap(), ...order }).catch((error) => process.stderr.write(`${error}\n`));
