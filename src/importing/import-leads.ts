import type { Registration } from '../store/registration';
import { toRegistration } from './convert';
import { type ImportRun, LANES } from './import-run';
import { inLanes } from './lanes';
import type { LeadsMap } from './map';
import type { Row } from './rows';
import { rowProblem, walk } from './walk';

interface Lead {
  readonly row: Row;
  readonly registration: Registration;
}

/** Records leads as their rows are read. */
export async function importLeads(run: ImportRun, map: LeadsMap): Promise<void> {
  const { tally, recorder } = run;
  await inLanes(leads(run, map), {
    lanes: LANES,
    keyOf: ({ registration }) => registration.contact.email.toLowerCase(),
    work: async ({ row, registration }) => {
      try {
        const { duplicate } = await recorder.lead(registration);
        tally.count(duplicate ? 'repeated' : 'imported');
      } catch (error) {
        tally.reject(row, rowProblem(error));
      }
    },
  });
}

async function* leads({ open, limit, now, tally }: ImportRun, map: LeadsMap): AsyncGenerator<Lead> {
  const convert = (row: Row) => toRegistration(row, map, { now });
  for await (const step of walk(await open(), { map, limit, convert })) {
    tally.count('read');
    if (step.type === 'taken') yield { row: step.row, registration: step.item };
    else if (step.type === 'bad') tally.reject(step.row, step.problem);
    else tally.skip(step);
  }
}
