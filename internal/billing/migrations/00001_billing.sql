-- +goose Up
CREATE TABLE billing_item (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  basis TEXT NOT NULL,
  cycle TEXT NOT NULL,
  timing TEXT NOT NULL,
  start_month INTEGER NOT NULL,
  price_per TEXT NOT NULL,
  from_date INTEGER NOT NULL,
  until_date INTEGER NOT NULL,
  due_day INTEGER NOT NULL,
  rounding TEXT NOT NULL,
  unit INTEGER NOT NULL,
  round_at TEXT NOT NULL,
  first_month TEXT NOT NULL,
  state TEXT NOT NULL,
  used INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX billing_item_name ON billing_item (project_id, name) WHERE state = 'active';
CREATE TABLE billing_rate (
  project_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  from_date INTEGER NOT NULL,
  price BIGINT NOT NULL,
  formula TEXT NOT NULL,
  source_kind TEXT NOT NULL,
  source_text TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, item_id, id),
  FOREIGN KEY (project_id, item_id) REFERENCES billing_item (project_id, id)
);
CREATE TABLE billing_assignment (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  scope TEXT NOT NULL,
  scope_id BIGINT NOT NULL,
  scope_kind TEXT NOT NULL,
  exempt INTEGER NOT NULL,
  from_date INTEGER NOT NULL,
  until_date INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, item_id) REFERENCES billing_item (project_id, id)
);
CREATE INDEX billing_assignment_scope ON billing_assignment (project_id, scope, scope_id);
CREATE INDEX billing_assignment_item ON billing_assignment (project_id, item_id, id);
CREATE TABLE billing_run (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  state TEXT NOT NULL,
  rooms BIGINT NOT NULL,
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  held_lines BIGINT NOT NULL,
  held_amount BIGINT NOT NULL,
  dropped_lines BIGINT NOT NULL,
  faults BIGINT NOT NULL,
  first_charge BIGINT NOT NULL,
  last_charge BIGINT NOT NULL,
  version INTEGER NOT NULL,
  problem TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  generated_at BIGINT NOT NULL,
  released_by TEXT NOT NULL,
  released_at BIGINT NOT NULL,
  withdrawn_by TEXT NOT NULL,
  withdrawn_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX billing_run_one ON billing_run (project_id, month) WHERE state = 'generating';
CREATE TABLE billing_part (
  project_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  after_room BIGINT NOT NULL,
  upto_room BIGINT NOT NULL,
  generated INTEGER NOT NULL,
  released INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL,
  rooms BIGINT NOT NULL,
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  faults BIGINT NOT NULL,
  first_charge BIGINT NOT NULL,
  last_charge BIGINT NOT NULL,
  PRIMARY KEY (project_id, run_id, no),
  FOREIGN KEY (project_id, run_id) REFERENCES billing_run (project_id, id)
);
CREATE TABLE billing_sum (
  project_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  part INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  cause INTEGER NOT NULL,
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (project_id, run_id, part, item_id, cause)
);
CREATE TABLE billing_fault (
  project_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  charge_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  reason TEXT NOT NULL,
  last BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (project_id, run_id, id)
);
CREATE TABLE billing_charge (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  part INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  source_kind INTEGER NOT NULL DEFAULT 1,
  source_id BIGINT NOT NULL,
  subject_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  segment INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1,
  live INTEGER NOT NULL DEFAULT 1,
  hold INTEGER NOT NULL DEFAULT 0,
  rate_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  price BIGINT NOT NULL,
  factor INTEGER NOT NULL,
  amount BIGINT NOT NULL,
  paid BIGINT NOT NULL DEFAULT 0,
  due_date INTEGER NOT NULL,
  detail TEXT,
  PRIMARY KEY (project_id, id),
  CHECK (paid >= 0 AND paid <= amount)
);
CREATE UNIQUE INDEX billing_charge_once ON billing_charge (project_id, item_id, month, source_id, segment) WHERE live = 1;
CREATE INDEX billing_charge_subject ON billing_charge (project_id, subject_id, month);
CREATE INDEX billing_charge_hold ON billing_charge (project_id, run_id) WHERE hold <> 0;
