-- +goose Up
CREATE TABLE payment_wallet (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  balance BIGINT NOT NULL CHECK (balance >= 0),
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, room_id, payer_id, purpose)
);
CREATE INDEX payment_wallet_payer ON payment_wallet (project_id, payer_id);
CREATE TABLE payment_entry (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  wallet_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  doc_kind INTEGER NOT NULL,
  doc_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, wallet_id) REFERENCES payment_wallet (project_id, id)
);
CREATE INDEX payment_entry_wallet ON payment_entry (project_id, wallet_id, id);
CREATE INDEX payment_entry_doc ON payment_entry (project_id, doc_id);
