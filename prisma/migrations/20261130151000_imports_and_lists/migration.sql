-- AlterTable
ALTER TABLE "contact" ADD COLUMN     "changed_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "import_run" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "list_id" UUID,
    "status" TEXT NOT NULL,
    "rows_done" INTEGER NOT NULL DEFAULT 0,
    "report" JSONB NOT NULL DEFAULT '{}',
    "rejects_file" TEXT,
    "rejects_bytes" BIGINT NOT NULL DEFAULT 0,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "undone_at" TIMESTAMPTZ(3),
    "undone" JSONB,

    CONSTRAINT "import_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_row" (
    "import_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "contact_id" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "lead_id" UUID,
    "interaction_id" UUID,
    "consent_seq" BIGINT,

    CONSTRAINT "import_row_pkey" PRIMARY KEY ("import_id","number")
);

-- CreateTable
CREATE TABLE "import_change" (
    "seq" BIGSERIAL NOT NULL,
    "import_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "field" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "import_change_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "mailing_list" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "collected_on" DATE NOT NULL,
    "basis" TEXT NOT NULL,
    "purpose" TEXT,
    "text" TEXT,
    "evidence_name" TEXT NOT NULL,
    "evidence_hash" TEXT NOT NULL,
    "evidence" BYTEA NOT NULL,
    "offer" TEXT NOT NULL,
    "campaign" TEXT,
    "cost" DECIMAL(18,2),
    "currency" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mailing_list_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "list_entry" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "list_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "import_id" UUID NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,
    "suppressed" BOOLEAN NOT NULL,
    "lead_id" UUID,
    "interest" TEXT,
    "interested_at" TIMESTAMPTZ(3),

    CONSTRAINT "list_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "import_run_fingerprint_idx" ON "import_run"("fingerprint");

-- CreateIndex
CREATE INDEX "import_row_contact_id_idx" ON "import_row"("contact_id");

-- CreateIndex
CREATE INDEX "import_change_import_id_contact_id_idx" ON "import_change"("import_id", "contact_id");

-- CreateIndex
CREATE INDEX "import_change_contact_id_idx" ON "import_change"("contact_id");

-- CreateIndex
CREATE UNIQUE INDEX "mailing_list_name_key" ON "mailing_list"("name");

-- CreateIndex
CREATE UNIQUE INDEX "list_entry_list_id_contact_id_key" ON "list_entry"("list_id", "contact_id");

-- CreateIndex
CREATE INDEX "list_entry_contact_id_idx" ON "list_entry"("contact_id");

-- CreateIndex
CREATE INDEX "list_entry_import_id_idx" ON "list_entry"("import_id");
