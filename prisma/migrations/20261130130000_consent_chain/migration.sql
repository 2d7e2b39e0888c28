-- AlterTable
ALTER TABLE "consent" ADD COLUMN     "state" TEXT,
ADD COLUMN     "text_version" TEXT,
ADD COLUMN     "locale" TEXT,
ADD COLUMN     "request_id" UUID,
ADD COLUMN     "until" TIMESTAMPTZ(3),
ADD COLUMN     "position" INTEGER,
ADD COLUMN     "personal" JSONB,
ADD COLUMN     "salt" TEXT,
ADD COLUMN     "personal_digest" TEXT,
ADD COLUMN     "previous" TEXT,
ADD COLUMN     "hash" TEXT;

UPDATE "consent" SET "state" = CASE WHEN "granted" THEN 'given' ELSE 'withdrawn' END;
ALTER TABLE "consent" ALTER COLUMN "state" SET NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "consent_contact_id_position_key" ON "consent"("contact_id", "position");
CREATE INDEX "consent_request_id_idx" ON "consent"("request_id");

ALTER TABLE "consent" ADD CONSTRAINT "consent_state_check"
  CHECK ("state" IN ('given', 'requested', 'withdrawn') AND "granted" = ("state" = 'given'));
-- of the rows from before the chain none is looked at: the first start gives each its place
ALTER TABLE "consent" ADD CONSTRAINT "consent_chained_check"
  CHECK ("position" IS NOT NULL AND "previous" IS NOT NULL AND "personal_digest" IS NOT NULL AND "hash" IS NOT NULL) NOT VALID;

-- CreateTable
CREATE TABLE "consent_head" (
    "contact_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "mac" TEXT NOT NULL,

    CONSTRAINT "consent_head_pkey" PRIMARY KEY ("contact_id")
);

-- CreateTable
CREATE TABLE "consent_anchor" (
    "id" SERIAL NOT NULL,
    "through" BIGINT NOT NULL,
    "records" INTEGER NOT NULL,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "mac" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_anchor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "consent_anchor_through_key" ON "consent_anchor"("through");

-- CreateTable
CREATE TABLE "consent_text" (
    "purpose" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_text_pkey" PRIMARY KEY ("purpose","version","locale")
);

-- CreateTable
CREATE TABLE "key_check" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "key_check_pkey" PRIMARY KEY ("name")
);

-- Consent is append-only. Two changes are let through: a record from before the chain takes its place in it, once; and erasure
-- takes what is personal, where the transaction says whose, and leaves the digest of it, of which the chain is made.
CREATE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  chained CONSTANT text[] := '{position,personal,salt,personal_digest,previous,hash}';
  erased CONSTANT text[] := '{personal,salt}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.hash IS NULL AND NEW.hash IS NOT NULL AND to_jsonb(NEW) - chained = to_jsonb(OLD) - chained THEN
      RETURN NEW;
    END IF;
    IF NEW.personal IS NULL AND NEW.salt IS NULL AND to_jsonb(NEW) - erased = to_jsonb(OLD) - erased
      AND current_setting('viveiro.erasing', true) = OLD.contact_id::text THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% on % is refused: proofs of consent are only ever added', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON "consent"
  FOR EACH ROW EXECUTE FUNCTION consent_is_append_only();
CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON "consent"
  FOR EACH STATEMENT EXECUTE FUNCTION consent_is_append_only();

CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER consent_anchor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "consent_anchor"
  FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
CREATE TRIGGER consent_text_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "consent_text"
  FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
