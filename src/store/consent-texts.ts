import type { PurposeRules } from '../domain/consent/purposes';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { type Db, transaction } from './db';

/** Puts every declared consent text on record, each version once. Throws VIV_CONSENT_TEXT_CHANGED for one that says something else. */
export async function keepConsentTexts(db: Db, { purposes }: PurposeRules, now: Instant): Promise<void> {
  const texts = Object.entries(purposes).flatMap(([purpose, { texts: versions }]) =>
    versions.flatMap(({ version, text }) =>
      Object.entries(text).map(([locale, words]) => ({ purpose, version, locale, words })),
    ),
  );
  await transaction(db, async (tx) => {
    for (const { purpose, version, locale, words } of texts) {
      await tx.$executeRaw`
        INSERT INTO consent_text (purpose, version, locale, text, since)
        VALUES (${purpose}, ${version}, ${locale}, ${words}, ${new Date(now)}) ON CONFLICT DO NOTHING`;
      const [row] = await tx.$queryRaw<{ text: string }[]>`
        SELECT text FROM consent_text WHERE purpose = ${purpose} AND version = ${version} AND locale = ${locale}`;
      if (row?.text !== words) throw failure('VIV_CONSENT_TEXT_CHANGED', { purpose, version, locale });
    }
  });
}
