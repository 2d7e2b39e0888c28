-- CreateTable
CREATE TABLE "form_submission" (
    "id" UUID NOT NULL,
    "form" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "standing" TEXT NOT NULL,
    "reasons" TEXT[],
    "body_hash" TEXT NOT NULL,
    "block" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "contact_id" UUID,
    "registration" JSONB,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "form_submission_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "form_refusal" (
    "day" TEXT NOT NULL,
    "form" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "form_refusal_pkey" PRIMARY KEY ("day","form","code")
);

-- CreateIndex
CREATE INDEX "form_submission_block_at_idx" ON "form_submission"("block", "at");

-- CreateIndex
CREATE INDEX "form_submission_address_at_idx" ON "form_submission"("address", "at");

-- CreateIndex
CREATE INDEX "form_submission_standing_at_idx" ON "form_submission"("standing", "at");

-- CreateIndex
CREATE INDEX "form_submission_contact_id_idx" ON "form_submission"("contact_id");

-- CreateIndex
CREATE INDEX "form_submission_at_idx" ON "form_submission"("at");
