-- CreateTable
CREATE TABLE "contact_address" (
    "key" TEXT NOT NULL,
    "contact_id" UUID NOT NULL,
    "home" TEXT NOT NULL,
    "derived" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "contact_address_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "address_rules" (
    "id" INTEGER NOT NULL,
    "fingerprint" TEXT NOT NULL,

    CONSTRAINT "address_rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact_merge" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "merged_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "contact_merge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact_merge_row" (
    "merge_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "contact_id" UUID NOT NULL,
    "table_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "keys" TEXT[],
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "contact_merge_row_pkey" PRIMARY KEY ("merge_id","position")
);

-- CreateTable
CREATE TABLE "journey_twin" (
    "journey_id" UUID NOT NULL,
    "twin_id" UUID NOT NULL,
    "merge_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,

    CONSTRAINT "journey_twin_pkey" PRIMARY KEY ("journey_id","twin_id")
);

INSERT INTO "contact_address" ("key", "contact_id", "home") SELECT lower("email"), "id", lower("email") FROM "contact";

-- CreateIndex
CREATE INDEX "contact_address_contact_id_idx" ON "contact_address"("contact_id");

-- CreateIndex
CREATE INDEX "contact_address_home_idx" ON "contact_address"("home");

-- CreateIndex
CREATE INDEX "contact_merge_contact_id_idx" ON "contact_merge"("contact_id");

-- CreateIndex
CREATE INDEX "contact_merge_merged_id_idx" ON "contact_merge"("merged_id");

-- of a contact that was merged one merge stands
CREATE UNIQUE INDEX "contact_merge_standing_key" ON "contact_merge"("merged_id") WHERE "undone_at" IS NULL;

-- CreateIndex
CREATE INDEX "contact_merge_row_contact_id_idx" ON "contact_merge_row"("contact_id");

-- CreateIndex
CREATE INDEX "journey_twin_contact_id_idx" ON "journey_twin"("contact_id");

-- The address of a contact is always among those by which it is found, and by it no other one: whoever writes contacts cannot forget it.
CREATE FUNCTION contact_is_found_by_its_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO contact_address AS a (key, contact_id, home) VALUES (lower(NEW.email), NEW.id, lower(NEW.email))
    ON CONFLICT (key) DO UPDATE SET derived = false WHERE a.derived AND a.contact_id = NEW.id;
  IF NOT EXISTS (SELECT 1 FROM contact_address WHERE key = lower(NEW.email) AND contact_id = NEW.id) THEN
    RAISE unique_violation USING MESSAGE = 'another contact is found by this address', CONSTRAINT = 'contact_address_pkey';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER contact_is_found_by_its_address AFTER INSERT OR UPDATE OF email ON "contact"
  FOR EACH ROW EXECUTE FUNCTION contact_is_found_by_its_address();

CREATE FUNCTION contact_is_found_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM contact_address;
  ELSE
    DELETE FROM contact_address WHERE contact_id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER contact_is_found_no_more AFTER DELETE ON "contact" FOR EACH ROW EXECUTE FUNCTION contact_is_found_no_more();
CREATE TRIGGER contacts_are_found_no_more AFTER TRUNCATE ON "contact" FOR EACH STATEMENT EXECUTE FUNCTION contact_is_found_no_more();
