-- CreateTable
CREATE TABLE "inbound" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "way" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "standing" TEXT NOT NULL,
    "code" TEXT,
    "reason" TEXT NOT NULL,
    "known_by" TEXT,
    "send_id" UUID,
    "contact_id" UUID,
    "sender" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw" BYTEA,
    "raw_bytes" INTEGER NOT NULL,

    CONSTRAINT "inbound_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbound_mailbox" (
    "name" TEXT NOT NULL,
    "uid_validity" BIGINT NOT NULL,
    "last_uid" BIGINT NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "inbound_mailbox_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "inbound_refusal" (
    "day" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "inbound_refusal_pkey" PRIMARY KEY ("day","code")
);

-- CreateIndex
CREATE UNIQUE INDEX "inbound_key_key" ON "inbound"("key");

-- CreateIndex
CREATE INDEX "inbound_received_at_idx" ON "inbound"("received_at");

-- CreateIndex
CREATE INDEX "inbound_contact_id_idx" ON "inbound"("contact_id");

-- CreateIndex
CREATE INDEX "inbound_send_id_idx" ON "inbound"("send_id");
