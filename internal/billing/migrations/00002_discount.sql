-- +goose Up
CREATE TABLE billing_discount (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  scope TEXT NOT NULL,
  scope_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  keep INTEGER NOT NULL,
  off BIGINT NOT NULL,
  months INTEGER NOT NULL,
  starts TEXT NOT NULL,
  since INTEGER NOT NULL,
  from_date INTEGER NOT NULL,
  until_date INTEGER NOT NULL,
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
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, item_id) REFERENCES billing_item (project_id, id)
);
CREATE INDEX billing_discount_state ON billing_discount (project_id, state, id);
CREATE INDEX billing_discount_scope ON billing_discount (project_id, scope_id, id);
