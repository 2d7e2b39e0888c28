-- AlterTable
ALTER TABLE "pause" ADD COLUMN     "begun_by" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "ended_by" TEXT,
ADD COLUMN     "wakes_till" TIMESTAMPTZ(3);
