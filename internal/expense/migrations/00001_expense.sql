-- +goose Up
CREATE TABLE expense_category (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  book TEXT NOT NULL,
  direction TEXT NOT NULL,
  account INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX expense_category_name ON expense_category (project_id, name) WHERE state = 'active';
CREATE TABLE expense_doc (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  category_id BIGINT NOT NULL,
  supplier TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  date INTEGER NOT NULL,
  note TEXT NOT NULL,
  paid_from TEXT NOT NULL,
  file_id BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  state TEXT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  posted_on INTEGER NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  answer TEXT NOT NULL,
  void_number TEXT NOT NULL,
  void_year INTEGER NOT NULL,
  void_seq BIGINT NOT NULL,
  void_on INTEGER NOT NULL,
  void_by BIGINT NOT NULL,
  void_name TEXT NOT NULL,
  void_at BIGINT NOT NULL,
  void_reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, category_id) REFERENCES expense_category (project_id, id)
);
CREATE INDEX expense_doc_day ON expense_doc (project_id, date, id);
CREATE INDEX expense_doc_state ON expense_doc (project_id, state, id);
CREATE UNIQUE INDEX expense_doc_number ON expense_doc (project_id, year, seq) WHERE seq > 0;
CREATE UNIQUE INDEX expense_doc_void ON expense_doc (project_id, void_year, void_seq) WHERE void_seq > 0;
