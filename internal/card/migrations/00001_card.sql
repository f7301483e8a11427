-- +goose Up
CREATE TABLE card_file (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  lines INTEGER NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE TABLE card_line (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  print TEXT NOT NULL,
  kind TEXT NOT NULL,
  words TEXT NOT NULL,
  terminal TEXT NOT NULL,
  batch TEXT NOT NULL,
  voucher TEXT NOT NULL,
  reference TEXT NOT NULL,
  origin TEXT NOT NULL,
  last4 TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  fee BIGINT NOT NULL,
  at BIGINT NOT NULL,
  day INTEGER NOT NULL,
  receipt_id BIGINT NOT NULL,
  pay_no INTEGER NOT NULL,
  pair_id BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, print),
  FOREIGN KEY (project_id, file_id) REFERENCES card_file (project_id, id)
);
CREATE INDEX card_line_day ON card_line (project_id, day, id);
CREATE INDEX card_line_file ON card_line (project_id, file_id, id);
CREATE TABLE card_day (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  day INTEGER NOT NULL,
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  refunds BIGINT NOT NULL,
  fee BIGINT NOT NULL,
  differences BIGINT NOT NULL,
  open BIGINT NOT NULL,
  matched_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, day)
);
CREATE TABLE card_difference (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  day INTEGER NOT NULL,
  kind TEXT NOT NULL,
  line_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  pay_no INTEGER NOT NULL,
  receipt_number TEXT NOT NULL,
  room_label TEXT NOT NULL,
  there BIGINT NOT NULL,
  here BIGINT NOT NULL,
  proof TEXT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  remedy TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by BIGINT NOT NULL,
  done_name TEXT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, kind, line_id, receipt_id, pay_no)
);
CREATE INDEX card_difference_day ON card_difference (project_id, day, id);
