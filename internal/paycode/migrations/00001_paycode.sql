-- +goose Up
CREATE TABLE paycode_code (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  token_blind TEXT NOT NULL,
  token_enc TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_by BIGINT NOT NULL,
  ended_name TEXT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX paycode_code_token ON paycode_code (project_id, token_blind);
CREATE UNIQUE INDEX paycode_code_active ON paycode_code (project_id, room_id) WHERE state = 'active';
CREATE TABLE paycode_order (
  project_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  code_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, order_id),
  FOREIGN KEY (project_id, code_id) REFERENCES paycode_code (project_id, id)
);
CREATE INDEX paycode_order_code ON paycode_order (project_id, code_id, at);
