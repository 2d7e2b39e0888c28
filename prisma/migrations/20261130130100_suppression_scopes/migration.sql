-- AlterTable
ALTER TABLE "suppression" DROP CONSTRAINT "suppression_pkey",
ADD COLUMN     "id" BIGSERIAL NOT NULL,
ADD COLUMN     "hash" TEXT,
ADD COLUMN     "scope" TEXT NOT NULL DEFAULT 'everything',
ADD COLUMN     "import_id" UUID,
ALTER COLUMN "email" DROP NOT NULL,
ADD CONSTRAINT "suppression_pkey" PRIMARY KEY ("id");

ALTER TABLE "suppression" ADD CONSTRAINT "suppression_named_check" CHECK ("email" IS NOT NULL OR "hash" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "suppression_email_scope_key" ON "suppression"("email", "scope");

-- CreateIndex
CREATE UNIQUE INDEX "suppression_hash_scope_key" ON "suppression"("hash", "scope");

-- CreateIndex
CREATE INDEX "suppression_import_id_idx" ON "suppression"("import_id");

-- CreateTable
CREATE TABLE "suppression_import" (
    "id" UUID NOT NULL,
    "file" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "added" INTEGER NOT NULL,
    "repeated" INTEGER NOT NULL,
    "rejected" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "suppression_import_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "contact" ADD COLUMN     "profiling" BOOLEAN NOT NULL DEFAULT true;
