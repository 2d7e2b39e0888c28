-- CreateTable
CREATE TABLE "link_hit" (
    "id" UUID NOT NULL,
    "send_id" UUID NOT NULL,
    "link_id" UUID,
    "contact_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "judged" TEXT,
    "reason" TEXT,
    "visitor_id" UUID,

    CONSTRAINT "link_hit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visitor" (
    "id" UUID NOT NULL,
    "contact_id" UUID,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "joined_at" TIMESTAMPTZ(3),
    "joined_by" TEXT,

    CONSTRAINT "visitor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "page_view" (
    "id" UUID NOT NULL,
    "visitor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "properties" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "page_view_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "link_hit_send_id_at_idx" ON "link_hit"("send_id", "at");

-- CreateIndex
CREATE INDEX "link_hit_at_idx" ON "link_hit"("at");

-- CreateIndex
CREATE INDEX "visitor_contact_id_idx" ON "visitor"("contact_id");

-- CreateIndex
CREATE INDEX "visitor_last_at_idx" ON "visitor"("last_at");

-- CreateIndex
CREATE INDEX "page_view_visitor_id_at_idx" ON "page_view"("visitor_id", "at");

-- CreateIndex
CREATE INDEX "page_view_at_idx" ON "page_view"("at");
