-- CreateTable
CREATE TABLE "contact" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT,
    "time_zone" TEXT NOT NULL DEFAULT 'America/Sao_Paulo',
    "locale" TEXT NOT NULL DEFAULT 'pt-BR',
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "seq" BIGSERIAL NOT NULL,
    "contact_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "granted" BOOLEAN NOT NULL,
    "basis" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "suppression" (
    "email" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "suppression_pkey" PRIMARY KEY ("email")
);

-- CreateTable
CREATE TABLE "interaction" (
    "seq" BIGSERIAL NOT NULL,
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "lead_id" UUID,
    "journey_id" UUID,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "properties" JSONB NOT NULL DEFAULT '{}',
    "idempotency_key" TEXT NOT NULL,
    "body_hash" TEXT,

    CONSTRAINT "interaction_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "sequence_version" (
    "id" UUID NOT NULL,
    "sequence" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "source" TEXT NOT NULL,
    "checksum" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sequence_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "journey" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "lead_id" UUID,
    "sequence" TEXT NOT NULL,
    "version_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "step_id" TEXT,
    "due_at" TIMESTAMPTZ(3),
    "turn" INTEGER NOT NULL DEFAULT 0,
    "last_turn" JSONB NOT NULL,
    "entered_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "reason" TEXT,

    CONSTRAINT "journey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "interest" (
    "journey_id" UUID NOT NULL,
    "event_type" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "contact_id" UUID NOT NULL,

    CONSTRAINT "interest_pkey" PRIMARY KEY ("journey_id","event_type","kind")
);

-- CreateTable
CREATE TABLE "decision" (
    "seq" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "contact_id" UUID NOT NULL,
    "journey_id" UUID,
    "step_id" TEXT,
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "decision_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "lead" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "offer" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "campaign" TEXT,
    "stage" TEXT NOT NULL DEFAULT 'new',
    "temperature" TEXT NOT NULL DEFAULT 'cold',
    "grade" TEXT NOT NULL DEFAULT 'D',
    "fit_points" INTEGER NOT NULL DEFAULT 0,
    "interest" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "interest_at" TIMESTAMPTZ(3) NOT NULL,
    "mql_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lead_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "score_entry" (
    "seq" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "lead_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "score_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "client" (
    "contact_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "status_at" TIMESTAMPTZ(3) NOT NULL,
    "first_purchase_at" TIMESTAMPTZ(3),
    "last_purchase_at" TIMESTAMPTZ(3),
    "purchases" INTEGER NOT NULL DEFAULT 0,
    "revenue" DECIMAL(18,2) NOT NULL DEFAULT 0,

    CONSTRAINT "client_pkey" PRIMARY KEY ("contact_id")
);

-- CreateTable
CREATE TABLE "purchase" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "reference" TEXT NOT NULL,
    "amount" DECIMAL(18,2) NOT NULL,
    "is_return" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "purchase_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "send" (
    "id" UUID NOT NULL,
    "contact_id" UUID,
    "journey_id" UUID,
    "handoff_id" UUID,
    "step_id" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "subject" TEXT,
    "body_hash" TEXT,
    "lease_token" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "response" TEXT,
    "reason" TEXT,
    "planned_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "send_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "link" (
    "id" UUID NOT NULL,
    "send_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,

    CONSTRAINT "link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rep" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "team" TEXT NOT NULL,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "is_manager" BOOLEAN NOT NULL DEFAULT false,
    "current_weight" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "rep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "handoff" (
    "id" UUID NOT NULL,
    "journey_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "lead_id" UUID,
    "step_id" TEXT NOT NULL,
    "team" TEXT NOT NULL,
    "rep_id" UUID,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "offered_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),

    CONSTRAINT "handoff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rehearsal" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "database" TEXT NOT NULL,
    "task_queue" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "options" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "summary" JSONB,

    CONSTRAINT "rehearsal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scripted_event" (
    "id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "properties" JSONB NOT NULL DEFAULT '{}',
    "played_at" TIMESTAMPTZ(3),

    CONSTRAINT "scripted_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "contact_email_key" ON "contact"("email");

-- CreateIndex
CREATE INDEX "consent_contact_id_purpose_seq_idx" ON "consent"("contact_id", "purpose", "seq" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "interaction_id_key" ON "interaction"("id");

-- CreateIndex
CREATE UNIQUE INDEX "interaction_idempotency_key_key" ON "interaction"("idempotency_key");

-- CreateIndex
CREATE INDEX "interaction_contact_id_type_at_idx" ON "interaction"("contact_id", "type", "at");

-- CreateIndex
CREATE INDEX "interaction_contact_id_seq_idx" ON "interaction"("contact_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "sequence_version_sequence_version_key" ON "sequence_version"("sequence", "version");

-- CreateIndex
CREATE INDEX "journey_contact_id_sequence_idx" ON "journey"("contact_id", "sequence");

-- CreateIndex
CREATE INDEX "journey_sequence_status_idx" ON "journey"("sequence", "status");

-- CreateIndex
CREATE INDEX "interest_contact_id_event_type_idx" ON "interest"("contact_id", "event_type");

-- CreateIndex
CREATE UNIQUE INDEX "decision_key_key" ON "decision"("key");

-- CreateIndex
CREATE INDEX "decision_contact_id_seq_idx" ON "decision"("contact_id", "seq");

-- CreateIndex
CREATE INDEX "decision_journey_id_seq_idx" ON "decision"("journey_id", "seq");

-- CreateIndex
CREATE INDEX "lead_stage_idx" ON "lead"("stage");

-- CreateIndex
CREATE UNIQUE INDEX "lead_contact_id_offer_key" ON "lead"("contact_id", "offer");

-- CreateIndex
CREATE UNIQUE INDEX "score_entry_key_key" ON "score_entry"("key");

-- CreateIndex
CREATE INDEX "score_entry_lead_id_seq_idx" ON "score_entry"("lead_id", "seq");

-- CreateIndex
CREATE INDEX "score_entry_lead_id_rule_at_idx" ON "score_entry"("lead_id", "rule", "at");

-- CreateIndex
CREATE INDEX "client_status_last_purchase_at_idx" ON "client"("status", "last_purchase_at");

-- CreateIndex
CREATE UNIQUE INDEX "purchase_reference_key" ON "purchase"("reference");

-- CreateIndex
CREATE INDEX "purchase_contact_id_at_idx" ON "purchase"("contact_id", "at");

-- CreateIndex
CREATE INDEX "send_contact_id_purpose_settled_at_idx" ON "send"("contact_id", "purpose", "settled_at");

-- CreateIndex
CREATE INDEX "send_status_idx" ON "send"("status");

-- CreateIndex
CREATE INDEX "send_journey_id_idx" ON "send"("journey_id");

-- CreateIndex
CREATE INDEX "link_send_id_idx" ON "link"("send_id");

-- CreateIndex
CREATE UNIQUE INDEX "rep_email_key" ON "rep"("email");

-- CreateIndex
CREATE INDEX "rep_team_active_idx" ON "rep"("team", "active");

-- CreateIndex
CREATE INDEX "handoff_rep_id_status_idx" ON "handoff"("rep_id", "status");

-- CreateIndex
CREATE INDEX "handoff_contact_id_idx" ON "handoff"("contact_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_name_key" ON "api_key"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "rehearsal_database_key" ON "rehearsal"("database");

-- CreateIndex
CREATE INDEX "scripted_event_contact_id_due_at_idx" ON "scripted_event"("contact_id", "due_at");
