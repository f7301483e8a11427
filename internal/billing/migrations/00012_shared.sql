-- +goose Up
CREATE TABLE billing_shared (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  building_id BIGINT NOT NULL,
  weigh TEXT NOT NULL,
  total BIGINT NOT NULL,
  meter_kind TEXT NOT NULL,
  main_id BIGINT NOT NULL,
  main_usage BIGINT NOT NULL,
  sub_usage BIGINT NOT NULL,
  price BIGINT NOT NULL,
  weights BIGINT NOT NULL,
  rooms INTEGER NOT NULL,
  source_text TEXT NOT NULL,
  state TEXT NOT NULL,
  run_id BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, item_id) REFERENCES billing_item (project_id, id)
);
CREATE TABLE billing_shared_part (
  project_id BIGINT NOT NULL,
  shared_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  weight BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (project_id, shared_id, room_id),
  FOREIGN KEY (project_id, shared_id) REFERENCES billing_shared (project_id, id)
);
