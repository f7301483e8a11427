-- +goose Up
-- Several merchants of one channel: what was the only one becomes the default.
CREATE TABLE payment_merchant_kept (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  name TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  mode TEXT NOT NULL,
  number TEXT NOT NULL,
  sub_number TEXT NOT NULL,
  app TEXT NOT NULL,
  sub_app TEXT NOT NULL,
  cert_serial TEXT NOT NULL,
  platform_serial TEXT NOT NULL,
  platform_key TEXT NOT NULL,
  private_key TEXT NOT NULL,
  api_key TEXT NOT NULL,
  app_secret TEXT NOT NULL,
  token TEXT NOT NULL,
  rate BIGINT NOT NULL,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, channel, number, sub_number)
);
-- The numbers 1 and 2 tell keys that were sealed before merchants had numbers.
INSERT INTO payment_merchant_kept (project_id, id, channel, name, is_default, mode, number, sub_number, app, sub_app, cert_serial, platform_serial,
  platform_key, private_key, api_key, app_secret, token, rate, active, version)
SELECT project_id, CASE channel WHEN 'wechat' THEN 1 ELSE 2 END, channel, CASE channel WHEN 'wechat' THEN '微信支付商户' ELSE '支付宝商户' END, 1, 'public_key',
  number, '', app, '', cert_serial, platform_serial, platform_key, private_key, api_key, '', token, 0, active, version FROM payment_merchant;
DROP TABLE payment_merchant;
ALTER TABLE payment_merchant_kept RENAME TO payment_merchant;
CREATE UNIQUE INDEX payment_merchant_default ON payment_merchant (project_id, channel) WHERE is_default = 1;
-- Which merchant of a channel takes the money of a fee item; all others go to
-- the default. Items stand in billing.
CREATE TABLE payment_merchant_item (
  project_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  item_id BIGINT NOT NULL,
  merchant_id BIGINT NOT NULL,
  PRIMARY KEY (project_id, channel, item_id),
  FOREIGN KEY (project_id, merchant_id) REFERENCES payment_merchant (project_id, id)
);
ALTER TABLE payment_capture ADD COLUMN merchant TEXT NOT NULL DEFAULT '';
UPDATE payment_capture SET merchant = COALESCE((SELECT o.merchant FROM payment_order o
  WHERE o.project_id = payment_capture.project_id AND o.id = payment_capture.order_id), '');
UPDATE payment_capture SET merchant = COALESCE((SELECT m.number FROM payment_merchant m
  WHERE m.project_id = payment_capture.project_id AND m.channel = payment_capture.channel AND m.is_default = 1), '') WHERE merchant = '';
-- A line of an order may be for the late fee of its charge.
ALTER TABLE payment_order_line ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
-- What a channel keeps for its service, posted once for each bill; a bill that
-- changed adds the difference. Amount in fen, below zero when the channel gives
-- fees back.
CREATE TABLE payment_fee (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  statement_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  merchant TEXT NOT NULL,
  day INTEGER NOT NULL,
  amount BIGINT NOT NULL CHECK (amount <> 0),
  date INTEGER NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, statement_id) REFERENCES payment_statement (project_id, id)
);
CREATE INDEX payment_fee_statement ON payment_fee (project_id, statement_id);
CREATE INDEX payment_fee_date ON payment_fee (project_id, date);
