-- AlterTable
ALTER TABLE "send" ADD COLUMN     "template_version_id" UUID;

-- CreateTable
CREATE TABLE "template_version" (
    "id" UUID NOT NULL,
    "template" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "checksum" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "template_version_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "template_version_template_version_key" ON "template_version"("template", "version");
