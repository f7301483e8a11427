-- +goose Up
-- Refunds by the channel that took the money: one row is one number at the
-- channel, asked for again until the channel tells what became of it.
CREATE TABLE payment_refund (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  channel TEXT NOT NULL,
  merchant TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  order_number TEXT NOT NULL,
  captured BIGINT NOT NULL CHECK (captured > 0),
  amount BIGINT NOT NULL CHECK (amount > 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  room_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  application_id BIGINT NOT NULL,
  candidate_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  channel_refund TEXT NOT NULL,
  received TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL,
  succeeded_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, number),
  FOREIGN KEY (project_id, channel, transaction_id) REFERENCES payment_capture (project_id, channel, transaction_id)
);
CREATE INDEX payment_refund_capture ON payment_refund (project_id, channel, transaction_id);
CREATE INDEX payment_refund_application ON payment_refund (project_id, application_id);
CREATE INDEX payment_refund_day ON payment_refund (project_id, channel, accepted_at);
ALTER TABLE payment_candidate ADD COLUMN application_id BIGINT NOT NULL DEFAULT 0;
