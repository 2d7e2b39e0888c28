-- AlterTable
ALTER TABLE "journey" ADD COLUMN     "swept_on" TEXT;

-- AlterTable
ALTER TABLE "waiting" ADD COLUMN     "reason" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "seq" BIGSERIAL NOT NULL,
ADD COLUMN     "until" TIMESTAMPTZ(3),
ALTER COLUMN "group" DROP NOT NULL;

-- CreateTable
CREATE TABLE "date_sweep" (
    "sequence" TEXT NOT NULL,
    "through" TEXT NOT NULL,

    CONSTRAINT "date_sweep_pkey" PRIMARY KEY ("sequence")
);

-- CreateIndex
CREATE INDEX "journey_sequence_swept_on_idx" ON "journey"("sequence", "swept_on");

-- CreateIndex
CREATE INDEX "waiting_sequence_idx" ON "waiting"("sequence");
