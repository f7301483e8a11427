-- +goose Up
CREATE TABLE invoice_seller (
  project_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  tax_no TEXT NOT NULL,
  address TEXT NOT NULL,
  phone TEXT NOT NULL,
  bank TEXT NOT NULL,
  account TEXT NOT NULL,
  small INTEGER NOT NULL,
  drawer TEXT NOT NULL,
  host TEXT NOT NULL,
  access_key TEXT NOT NULL,
  secret_enc TEXT NOT NULL,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
CREATE TABLE invoice_title (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  company INTEGER NOT NULL,
  name TEXT NOT NULL,
  tax_no TEXT NOT NULL,
  address TEXT NOT NULL,
  phone TEXT NOT NULL,
  bank TEXT NOT NULL,
  account TEXT NOT NULL,
  preferred INTEGER NOT NULL,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX invoice_title_payer ON invoice_title (project_id, payer_id, id);
CREATE UNIQUE INDEX invoice_title_preferred ON invoice_title (project_id, payer_id) WHERE preferred = 1;
CREATE TABLE invoice_tax (
  project_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  from_date INTEGER NOT NULL,
  rate INTEGER NOT NULL,
  simple INTEGER NOT NULL,
  code TEXT NOT NULL,
  short TEXT NOT NULL,
  lease INTEGER NOT NULL,
  PRIMARY KEY (project_id, item_id, from_date)
);
CREATE TABLE invoice_doc (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  special INTEGER NOT NULL,
  payer_id BIGINT NOT NULL,
  payer_name TEXT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  company INTEGER NOT NULL,
  buyer_name TEXT NOT NULL,
  buyer_tax_no TEXT NOT NULL,
  buyer_address TEXT NOT NULL,
  buyer_phone TEXT NOT NULL,
  buyer_bank TEXT NOT NULL,
  buyer_account TEXT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  gross BIGINT NOT NULL CHECK (gross = net + tax),
  place TEXT NOT NULL,
  from_month INTEGER NOT NULL,
  until_month INTEGER NOT NULL,
  remark TEXT NOT NULL,
  number TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  issued_on INTEGER NOT NULL,
  file_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  request TEXT NOT NULL,
  sent INTEGER NOT NULL,
  round INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  done_by BIGINT NOT NULL,
  done_name TEXT NOT NULL,
  red_of BIGINT NOT NULL,
  red_reason TEXT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX invoice_doc_state ON invoice_doc (project_id, state, id);
CREATE INDEX invoice_doc_room ON invoice_doc (project_id, room_id, id);
CREATE UNIQUE INDEX invoice_doc_number ON invoice_doc (project_id, number) WHERE number <> '';
CREATE UNIQUE INDEX invoice_doc_red ON invoice_doc (project_id, red_of) WHERE red_of <> 0 AND state <> 'cancelled';
CREATE TABLE invoice_line (
  project_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  short TEXT NOT NULL,
  rate INTEGER NOT NULL,
  simple INTEGER NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  gross BIGINT NOT NULL CHECK (gross = net + tax),
  PRIMARY KEY (project_id, invoice_id, no),
  FOREIGN KEY (project_id, invoice_id) REFERENCES invoice_doc (project_id, id)
);
CREATE TABLE invoice_cover (
  project_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  charge_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (project_id, invoice_id, receipt_id, charge_id),
  FOREIGN KEY (project_id, invoice_id) REFERENCES invoice_doc (project_id, id)
);
CREATE INDEX invoice_cover_receipt ON invoice_cover (project_id, receipt_id);
