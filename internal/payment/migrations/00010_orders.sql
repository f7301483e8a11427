-- +goose Up
CREATE TABLE payment_merchant (
  project_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  number TEXT NOT NULL,
  app TEXT NOT NULL,
  cert_serial TEXT NOT NULL,
  platform_serial TEXT NOT NULL,
  platform_key TEXT NOT NULL,
  private_key TEXT NOT NULL,
  api_key TEXT NOT NULL,
  token TEXT NOT NULL,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, channel)
);
CREATE TABLE payment_order (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  channel TEXT NOT NULL,
  merchant TEXT NOT NULL,
  key TEXT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  payer_id BIGINT NOT NULL,
  payer_name TEXT NOT NULL,
  title TEXT NOT NULL,
  policy TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  to_prepay BIGINT NOT NULL CHECK (to_prepay >= 0),
  state TEXT NOT NULL,
  closing INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, number)
);
CREATE UNIQUE INDEX payment_order_key ON payment_order (project_id, key) WHERE key <> '';
CREATE UNIQUE INDEX payment_order_open ON payment_order (project_id, room_id) WHERE state IN ('created', 'waiting');
CREATE TABLE payment_order_line (
  project_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  charge_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (project_id, order_id, no),
  FOREIGN KEY (project_id, order_id) REFERENCES payment_order (project_id, id)
);
CREATE TABLE payment_capture (
  project_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  number TEXT NOT NULL,
  order_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  paid_at BIGINT NOT NULL,
  found TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, channel, transaction_id)
);
CREATE INDEX payment_capture_day ON payment_capture (project_id, channel, paid_at);
CREATE INDEX payment_capture_number ON payment_capture (project_id, number);
CREATE TABLE payment_notice (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  header TEXT NOT NULL,
  body BYTEA NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  number TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  trade TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE TABLE payment_candidate (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  number TEXT NOT NULL,
  order_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  payer_id BIGINT NOT NULL,
  payer_name TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by BIGINT NOT NULL,
  done_name TEXT NOT NULL,
  done_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX payment_candidate_state ON payment_candidate (project_id, state, id);
