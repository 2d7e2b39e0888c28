-- AlterTable
ALTER TABLE "send" ADD COLUMN     "heard" JSONB;

-- CreateTable
CREATE TABLE "send_attempt" (
    "token" UUID NOT NULL,
    "send_id" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "reached" TEXT NOT NULL,
    "reply_code" INTEGER,
    "problem" TEXT NOT NULL,
    "body_hash" TEXT,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "send_attempt_pkey" PRIMARY KEY ("token")
);

-- CreateIndex
CREATE INDEX "send_attempt_send_id_idx" ON "send_attempt"("send_id");
