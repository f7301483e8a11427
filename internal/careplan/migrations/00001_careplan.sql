-- +goose Up
CREATE TABLE careplan_plan (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  tag_id BIGINT NOT NULL,
  days INTEGER NOT NULL,
  todo TEXT NOT NULL,
  begins INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX careplan_plan_name ON careplan_plan (project_id, name) WHERE state = 'active';
CREATE TABLE careplan_visit (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  subject_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  day INTEGER NOT NULL,
  result TEXT NOT NULL,
  note TEXT NOT NULL,
  newest INTEGER NOT NULL,
  follow INTEGER NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  withdrawn_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, plan_id) REFERENCES careplan_plan (project_id, id)
);
CREATE UNIQUE INDEX careplan_visit_newest ON careplan_visit (project_id, plan_id, subject_id) WHERE newest = 1;
CREATE INDEX careplan_visit_subject ON careplan_visit (project_id, subject_id, day, id);
CREATE INDEX careplan_visit_room ON careplan_visit (project_id, room_id, day, id);
CREATE INDEX careplan_visit_day ON careplan_visit (project_id, day, id);
