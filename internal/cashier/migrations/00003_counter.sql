-- +goose Up
ALTER TABLE cashier_receipt ADD COLUMN ahead BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_receipt ADD COLUMN ahead_run BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_pay ADD COLUMN terminal TEXT NOT NULL DEFAULT '';
ALTER TABLE cashier_pay ADD COLUMN last4 TEXT NOT NULL DEFAULT '';
ALTER TABLE cashier_pay ADD COLUMN paid_on INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cashier_pay_reference ON cashier_pay (project_id, reference) WHERE reference <> '';
CREATE TABLE cashier_setting (
  project_id BIGINT NOT NULL,
  policy TEXT NOT NULL,
  choice INTEGER NOT NULL,
  ahead_months INTEGER NOT NULL,
  ahead_until INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
