-- +goose Up
ALTER TABLE identity_grant ADD COLUMN limited INTEGER NOT NULL DEFAULT 0;
CREATE TABLE identity_grant_building (
  account_id BIGINT NOT NULL,
  project_id BIGINT NOT NULL,
  role TEXT NOT NULL,
  building_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, project_id, role, building_id),
  FOREIGN KEY (account_id, project_id, role) REFERENCES identity_grant (account_id, project_id, role)
);
