-- +goose Up
CREATE TABLE billing_late_terms (
  project_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  from_date INTEGER NOT NULL,
  daily BIGINT NOT NULL,
  grace_days INTEGER NOT NULL,
  grace TEXT NOT NULL,
  cap TEXT NOT NULL,
  source TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, item_id, id),
  FOREIGN KEY (project_id, item_id) REFERENCES billing_item (project_id, id)
);
CREATE TABLE billing_lpr (
  project_id BIGINT NOT NULL,
  from_date INTEGER NOT NULL,
  rate INTEGER NOT NULL,
  source TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, from_date)
);
CREATE TABLE billing_waiver (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  charge_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  decided_on INTEGER NOT NULL,
  note TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  CHECK (amount > 0)
);
CREATE INDEX billing_waiver_charge ON billing_waiver (project_id, charge_id);
CREATE INDEX billing_waiver_state ON billing_waiver (project_id, state, id);
CREATE UNIQUE INDEX billing_waiver_number ON billing_waiver (project_id, number) WHERE number <> '';
CREATE UNIQUE INDEX billing_item_late ON billing_item (project_id) WHERE state = 'late';
ALTER TABLE billing_charge ADD COLUMN waived BIGINT NOT NULL DEFAULT 0;
