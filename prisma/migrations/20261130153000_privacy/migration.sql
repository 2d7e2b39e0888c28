-- CreateTable
CREATE TABLE "erasure" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "address_hash" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "stand_in" UUID,
    "identifiers" JSONB,
    "pause_id" UUID,
    "suppressions" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "counts" JSONB NOT NULL DEFAULT '{}',
    "proof" JSONB,

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "retention_run" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "data_class" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "retention_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "erasure_contact_id_idx" ON "erasure"("contact_id");

-- CreateIndex
CREATE INDEX "erasure_address_hash_idx" ON "erasure"("address_hash");

-- CreateIndex
CREATE INDEX "erasure_status_idx" ON "erasure"("status");

-- CreateIndex
CREATE INDEX "retention_run_at_idx" ON "retention_run"("at");
