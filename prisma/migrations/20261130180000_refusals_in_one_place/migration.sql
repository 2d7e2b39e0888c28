-- CreateTable
CREATE TABLE "refusal" (
    "day" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "refusal_pkey" PRIMARY KEY ("day","kind","name","code")
);

-- what forms and inbound had counted apart
INSERT INTO "refusal" ("day", "kind", "name", "code", "count")
SELECT "day", 'form', "form", "code", "count" FROM "form_refusal"
UNION ALL
SELECT "day",
    CASE "code" WHEN 'VIV_HOOK_UNSIGNED' THEN 'hook' WHEN 'VIV_SOURCE_UNSIGNED' THEN 'source' ELSE 'mail' END,
    '', "code", "count"
FROM "inbound_refusal";

-- DropTable
DROP TABLE "form_refusal";

-- DropTable
DROP TABLE "inbound_refusal";

-- CreateTable
CREATE UNLOGGED TABLE "rate" (
    "sender" TEXT NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "given" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_pkey" PRIMARY KEY ("sender")
);

-- CreateIndex
CREATE INDEX "rate_at_idx" ON "rate"("at");
