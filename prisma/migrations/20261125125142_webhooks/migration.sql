-- CreateTable
CREATE TABLE "webhook" (
    "id" UUID NOT NULL,
    "journey_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "step_id" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "planned_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_journey_id_idx" ON "webhook"("journey_id");
