-- AlterTable
ALTER TABLE "send" ADD COLUMN     "account" TEXT,
ADD COLUMN     "account_day" DATE;

-- CreateTable
CREATE TABLE "account_day" (
    "account" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "taken" INTEGER NOT NULL,

    CONSTRAINT "account_day_pkey" PRIMARY KEY ("account","day")
);
