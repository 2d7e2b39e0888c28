import type { Db } from '../../src/store/db';
import type { SequenceVersion } from '../../src/store/sequences';
import { aWaitFor, ENDS, published } from './journeys';

/** A sequence of the group `offers`, whose journeys wait a day for `page.viewed`. */
export function ofGroup(db: Db, exclusive: object = {}, parts: object = {}): Promise<SequenceVersion> {
  return published(db, {
    exclusive: { group: 'offers', ...exclusive },
    reenter: 'always',
    steps: [aWaitFor('page.viewed', '1d'), ...ENDS],
    ...parts,
  });
}

/** Lets no transaction commit after which a contact has two journeys of the group `offers` under way. */
export async function guardGroup(db: Db): Promise<void> {
  await db.$executeRaw`
    CREATE FUNCTION one_of_group() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM journey j JOIN sequence_version v ON v.id = j.version_id
          WHERE j.contact_id = NEW.contact_id AND j.status = 'running' AND v.definition->'exclusive'->>'group' = 'offers') > 1
      THEN RAISE EXCEPTION 'two of the group are under way';
      END IF;
      RETURN NULL;
    END $$`;
  await db.$executeRaw`
    CREATE CONSTRAINT TRIGGER one_of_group AFTER INSERT OR UPDATE ON journey
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_of_group()`;
}
