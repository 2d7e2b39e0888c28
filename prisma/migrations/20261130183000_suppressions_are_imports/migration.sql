-- Imports of suppressions are imports like others. Those on record can still be taken back.
INSERT INTO "import_run" ("id", "kind", "name", "file", "fingerprint", "status", "rows_done", "report", "at", "ended_at", "undone_at")
SELECT "id", 'suppressions', 'suppressions', "file", '', CASE WHEN "undone_at" IS NULL THEN 'finished' ELSE 'undone' END,
  "added" + "repeated" + "rejected",
  jsonb_build_object('read', "added" + "repeated" + "rejected", 'imported', "added", 'repeated', "repeated", 'rejected', "rejected"),
  "at", "at", "undone_at"
FROM "suppression_import";

DROP TABLE "suppression_import";
