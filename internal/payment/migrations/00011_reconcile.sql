-- +goose Up
CREATE TABLE payment_statement (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  merchant TEXT NOT NULL,
  day INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  hash TEXT NOT NULL,
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  refunds BIGINT NOT NULL,
  fee BIGINT NOT NULL,
  others BIGINT NOT NULL,
  differences BIGINT NOT NULL,
  open BIGINT NOT NULL,
  tries INTEGER NOT NULL,
  tried_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, channel, merchant, day)
);
CREATE INDEX payment_statement_day ON payment_statement (project_id, day, id);
CREATE TABLE payment_bill_line (
  project_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  refund_id TEXT NOT NULL,
  statement_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  words TEXT NOT NULL,
  amount BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  refund BIGINT NOT NULL,
  fee BIGINT NOT NULL,
  paid_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, channel, transaction_id, refund_id),
  FOREIGN KEY (project_id, statement_id) REFERENCES payment_statement (project_id, id)
);
CREATE INDEX payment_bill_line_statement ON payment_bill_line (project_id, statement_id);
CREATE TABLE payment_difference (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  statement_id BIGINT NOT NULL,
  day INTEGER NOT NULL,
  channel TEXT NOT NULL,
  merchant TEXT NOT NULL,
  kind TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  refund_id TEXT NOT NULL,
  number TEXT NOT NULL,
  order_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  there BIGINT NOT NULL,
  here BIGINT NOT NULL,
  words TEXT NOT NULL,
  paid_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  remedy TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by BIGINT NOT NULL,
  done_name TEXT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, statement_id, kind, transaction_id, refund_id),
  FOREIGN KEY (project_id, statement_id) REFERENCES payment_statement (project_id, id)
);
CREATE INDEX payment_difference_day ON payment_difference (project_id, day, id);
