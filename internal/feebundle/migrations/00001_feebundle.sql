-- +goose Up
CREATE TABLE feebundle_bundle (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX feebundle_bundle_name ON feebundle_bundle (project_id, name);
CREATE TABLE feebundle_part (
  project_id BIGINT NOT NULL,
  bundle_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (project_id, bundle_id, no),
  FOREIGN KEY (project_id, bundle_id) REFERENCES feebundle_bundle (project_id, id)
);
CREATE UNIQUE INDEX feebundle_part_item ON feebundle_part (project_id, bundle_id, item_id);
CREATE TABLE feebundle_use (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  bundle_id BIGINT NOT NULL,
  scope TEXT NOT NULL,
  scope_id BIGINT NOT NULL,
  scope_kind TEXT NOT NULL,
  rule TEXT NOT NULL,
  from_date INTEGER NOT NULL,
  until_date INTEGER NOT NULL,
  rooms INTEGER NOT NULL,
  state TEXT NOT NULL,
  given_name TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  undone_name TEXT NOT NULL,
  undone_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  kept INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, bundle_id) REFERENCES feebundle_bundle (project_id, id)
);
CREATE INDEX feebundle_use_bundle ON feebundle_use (project_id, bundle_id, id);
CREATE TABLE feebundle_room (
  project_id BIGINT NOT NULL,
  use_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  PRIMARY KEY (project_id, use_id, room_id),
  FOREIGN KEY (project_id, use_id) REFERENCES feebundle_use (project_id, id)
);
CREATE TABLE feebundle_effect (
  project_id BIGINT NOT NULL,
  use_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  from_date INTEGER NOT NULL,
  quantity BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  gains INTEGER NOT NULL,
  had INTEGER NOT NULL,
  spared INTEGER NOT NULL,
  PRIMARY KEY (project_id, use_id, item_id),
  FOREIGN KEY (project_id, use_id) REFERENCES feebundle_use (project_id, id)
);
CREATE TABLE feebundle_made (
  project_id BIGINT NOT NULL,
  use_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  assignment_id BIGINT NOT NULL,
  charge_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (project_id, use_id, item_id, room_id),
  FOREIGN KEY (project_id, use_id) REFERENCES feebundle_use (project_id, id)
);
CREATE INDEX feebundle_made_once ON feebundle_made (project_id, item_id, room_id) WHERE charge_id <> 0;
