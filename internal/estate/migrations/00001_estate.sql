-- +goose Up
CREATE TABLE estate_project (
  project_id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  land_area BIGINT NOT NULL,
  built_area BIGINT NOT NULL,
  state TEXT NOT NULL,
  rooms INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE estate_building (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  floors INTEGER NOT NULL,
  sort_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
CREATE UNIQUE INDEX estate_building_key ON estate_building (project_id, key);
CREATE TABLE estate_unit (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, building_id) REFERENCES estate_building (project_id, id)
);
CREATE UNIQUE INDEX estate_unit_key ON estate_unit (project_id, building_id, key);
CREATE TABLE estate_room (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  short_key TEXT NOT NULL,
  name_key TEXT NOT NULL,
  label TEXT NOT NULL,
  floor INTEGER NOT NULL,
  floors INTEGER NOT NULL,
  layout TEXT NOT NULL,
  kind TEXT NOT NULL,
  area BIGINT NOT NULL,
  inner_area BIGINT NOT NULL,
  state TEXT NOT NULL,
  handover INTEGER NOT NULL,
  payer_id BIGINT NOT NULL,
  people INTEGER NOT NULL,
  known INTEGER NOT NULL,
  sort_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, building_id) REFERENCES estate_building (project_id, id)
);
CREATE UNIQUE INDEX estate_room_key ON estate_room (project_id, key);
CREATE INDEX estate_room_short ON estate_room (project_id, short_key, sort_key);
CREATE INDEX estate_room_name ON estate_room (project_id, name_key, sort_key);
CREATE INDEX estate_room_sort ON estate_room (project_id, sort_key, id);
CREATE INDEX estate_room_payer ON estate_room (project_id, payer_id) WHERE payer_id <> 0;
CREATE TABLE estate_person (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  gender TEXT NOT NULL,
  email TEXT NOT NULL,
  phone_enc TEXT NOT NULL,
  phone_mask TEXT NOT NULL,
  phone_blind TEXT NOT NULL,
  phone_last4_blind TEXT NOT NULL,
  id_enc TEXT NOT NULL,
  id_mask TEXT NOT NULL,
  id_blind TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
CREATE INDEX estate_person_sort ON estate_person (project_id, sort_key, id);
CREATE INDEX estate_person_name ON estate_person (project_id, name_key, id);
CREATE INDEX estate_person_phone ON estate_person (project_id, phone_blind) WHERE phone_blind <> '';
CREATE INDEX estate_person_last4 ON estate_person (project_id, phone_last4_blind) WHERE phone_last4_blind <> '';
CREATE INDEX estate_person_id ON estate_person (project_id, id_blind) WHERE id_blind <> '';
CREATE TABLE estate_occupant (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  part TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  payer INTEGER NOT NULL,
  share INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, room_id) REFERENCES estate_room (project_id, id),
  FOREIGN KEY (project_id, person_id) REFERENCES estate_person (project_id, id)
);
CREATE INDEX estate_occupant_room ON estate_occupant (project_id, room_id);
CREATE INDEX estate_occupant_person ON estate_occupant (project_id, person_id);
CREATE UNIQUE INDEX estate_occupant_current ON estate_occupant (project_id, room_id, person_id, part) WHERE until = 0;
CREATE TABLE estate_term (
  project_id BIGINT NOT NULL,
  term TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  PRIMARY KEY (project_id, term, person_id, room_id)
);
CREATE INDEX estate_term_room ON estate_term (project_id, room_id) WHERE room_id <> 0;
CREATE TABLE estate_import (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  file_id BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  rows INTEGER NOT NULL,
  report TEXT NOT NULL,
  errors INTEGER NOT NULL,
  hidden TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  applied_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
CREATE UNIQUE INDEX estate_import_open ON estate_import (project_id, kind, hash) WHERE state IN ('checking', 'ready', 'applying');
CREATE TABLE estate_import_error (
  project_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  row INTEGER NOT NULL,
  cell TEXT NOT NULL,
  title TEXT NOT NULL,
  value TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (project_id, import_id, no),
  FOREIGN KEY (project_id, import_id) REFERENCES estate_import (project_id, id)
);
