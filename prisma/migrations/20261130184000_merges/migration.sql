-- AlterTable
ALTER TABLE "suppression" ADD COLUMN     "merge_id" UUID;

-- CreateIndex
CREATE INDEX "suppression_merge_id_idx" ON "suppression"("merge_id");

-- `unsaid`: what was on record of a purpose was another contact's word, and the merge that brought it was taken back
ALTER TABLE "consent" DROP CONSTRAINT "consent_state_check";
ALTER TABLE "consent" ADD CONSTRAINT "consent_state_check"
  CHECK ("state" IN ('given', 'requested', 'withdrawn', 'unsaid') AND "granted" = ("state" = 'given'));
