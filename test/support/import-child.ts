// A process of its own that imports a file: it is killed somewhere on the way.
import { type ImportRequest, importFile } from '../../src/importing/run';
import { connect } from '../../src/store/db';
import { TEST_KEYS } from './keys';

export interface ImportOrder extends Omit<ImportRequest, 'db'> {
  readonly databaseUrl: string;
}

const { databaseUrl, ...order }: ImportOrder = JSON.parse(process.env.IMPORT_ORDER ?? '');
const db = connect(databaseUrl, 2, TEST_KEYS);
importFile({ db, ...order }).catch((error) => process.stderr.write(`${error}\n`));
