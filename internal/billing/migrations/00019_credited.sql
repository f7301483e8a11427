-- +goose Up
-- What corrections took off a charge stood among what was waived of it; it keeps
-- its own sum, so that lists can name it for what it is. Ledger entries of kind
-- 41 took it off by the charge, those of kind 42 put it back.
ALTER TABLE billing_charge ADD COLUMN credited BIGINT NOT NULL DEFAULT 0;
UPDATE billing_charge SET credited = COALESCE((SELECT CAST(SUM(CASE WHEN p.doc_kind = 41 THEN p.amount ELSE -p.amount END) AS BIGINT) FROM ledger_posting p
  WHERE p.project_id = billing_charge.project_id AND p.doc_id = billing_charge.id AND p.doc_kind IN (41, 42)), 0) WHERE waived > 0;
