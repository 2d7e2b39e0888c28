-- AlterTable
ALTER TABLE "contact" ADD COLUMN     "organisation_id" UUID,
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "journey" ADD COLUMN     "entry_key" TEXT,
ADD COLUMN     "held_by" UUID,
ADD COLUMN     "join_id" UUID,
ADD COLUMN     "parent_id" UUID;

-- AlterTable
ALTER TABLE "send" ADD COLUMN     "variant" TEXT;

-- CreateTable
CREATE TABLE "organisation" (
    "id" UUID NOT NULL,
    "domain" TEXT,
    "name" TEXT,
    "sector" TEXT,
    "size" INTEGER,
    "country" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pause" (
    "id" UUID NOT NULL,
    "mode" TEXT NOT NULL,
    "sequence" TEXT,
    "contact_id" UUID,
    "reason" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "pause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "waiting" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "lead_id" UUID,
    "sequence" TEXT NOT NULL,
    "group" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "entry" JSONB NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "waiting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "experiment" (
    "sequence" TEXT NOT NULL,
    "step_id" TEXT NOT NULL,
    "winner" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "experiment_pkey" PRIMARY KEY ("sequence","step_id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "journey_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "lead_id" UUID,
    "step_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "team" TEXT NOT NULL,
    "rep_id" UUID,
    "status" TEXT NOT NULL,
    "outcome" TEXT,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "organisation_domain_key" ON "organisation"("domain");

-- CreateIndex
CREATE INDEX "pause_sequence_idx" ON "pause"("sequence");

-- CreateIndex
CREATE INDEX "pause_contact_id_idx" ON "pause"("contact_id");

-- CreateIndex
CREATE INDEX "waiting_contact_id_group_idx" ON "waiting"("contact_id", "group");

-- CreateIndex
CREATE INDEX "task_team_status_idx" ON "task"("team", "status");

-- CreateIndex
CREATE INDEX "task_journey_id_idx" ON "task"("journey_id");

-- CreateIndex
CREATE INDEX "contact_organisation_id_idx" ON "contact"("organisation_id");

-- CreateIndex
CREATE INDEX "journey_held_by_idx" ON "journey"("held_by");
