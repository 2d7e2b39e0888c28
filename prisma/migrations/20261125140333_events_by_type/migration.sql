-- CreateIndex
CREATE INDEX "interaction_type_at_contact_id_idx" ON "interaction"("type", "at", "contact_id");
