-- AlterTable
ALTER TABLE "send" ADD COLUMN     "account_slot" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "smtp_account" (
    "name" TEXT NOT NULL,
    "health" JSONB NOT NULL,
    "pace" JSONB NOT NULL,

    CONSTRAINT "smtp_account_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "smtp_account_change" (
    "id" UUID NOT NULL,
    "account" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "change" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "smtp_account_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "smtp_account_change_account_at_idx" ON "smtp_account_change"("account", "at");
