-- +goose Up
CREATE TABLE estate_transfer (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  from_id BIGINT NOT NULL,
  to_id BIGINT NOT NULL,
  date INTEGER NOT NULL,
  state TEXT NOT NULL,
  move_wallet INTEGER NOT NULL,
  note TEXT NOT NULL,
  leaving TEXT NOT NULL,
  ended TEXT NOT NULL,
  entry_id BIGINT NOT NULL,
  problem TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  undone_name TEXT NOT NULL,
  undone_at BIGINT NOT NULL,
  undone_reason TEXT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, room_id) REFERENCES estate_room (project_id, id),
  FOREIGN KEY (project_id, to_id) REFERENCES estate_person (project_id, id)
);
CREATE INDEX estate_transfer_room ON estate_transfer (project_id, room_id, date);
CREATE UNIQUE INDEX estate_transfer_planned ON estate_transfer (project_id, room_id) WHERE state = 'planned';
CREATE TABLE estate_tag (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  sort INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
CREATE UNIQUE INDEX estate_tag_name ON estate_tag (project_id, kind, name) WHERE state = 'active';
CREATE TABLE estate_tagged (
  project_id BIGINT NOT NULL,
  tag_id BIGINT NOT NULL,
  subject_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, tag_id, subject_id),
  FOREIGN KEY (project_id, tag_id) REFERENCES estate_tag (project_id, id)
);
CREATE INDEX estate_tagged_subject ON estate_tagged (project_id, subject_id);
