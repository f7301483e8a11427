-- +goose Up
CREATE TABLE termination_doc (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  payer_name TEXT NOT NULL,
  run_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  item_name TEXT NOT NULL,
  from_month INTEGER NOT NULL,
  until_month INTEGER NOT NULL,
  months INTEGER NOT NULL,
  used INTEGER NOT NULL,
  policy TEXT NOT NULL,
  paid BIGINT NOT NULL,
  full_price BIGINT NOT NULL,
  refund BIGINT NOT NULL CHECK (refund > 0),
  kept BIGINT NOT NULL CHECK (kept >= 0),
  again INTEGER NOT NULL,
  original INTEGER NOT NULL,
  method TEXT NOT NULL,
  account TEXT NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  kept_charge BIGINT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX termination_doc_number ON termination_doc (project_id, year, seq) WHERE seq > 0;
CREATE UNIQUE INDEX termination_doc_open ON termination_doc (project_id, room_id, run_id, item_id) WHERE state IN ('asked', 'approved');
CREATE INDEX termination_doc_room ON termination_doc (project_id, room_id, id);
CREATE TABLE termination_part (
  project_id BIGINT NOT NULL,
  doc_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  receipt_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  refund_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  kept BIGINT NOT NULL CHECK (kept >= 0),
  done INTEGER NOT NULL,
  PRIMARY KEY (project_id, doc_id, no),
  FOREIGN KEY (project_id, doc_id) REFERENCES termination_doc (project_id, id)
);
CREATE UNIQUE INDEX termination_part_refund ON termination_part (project_id, refund_id);
CREATE TABLE termination_line (
  project_id BIGINT NOT NULL,
  doc_id BIGINT NOT NULL,
  part INTEGER NOT NULL,
  charge_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (project_id, doc_id, part, charge_id),
  FOREIGN KEY (project_id, doc_id) REFERENCES termination_doc (project_id, id)
);
