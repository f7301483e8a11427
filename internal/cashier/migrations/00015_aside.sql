-- +goose Up
-- The fee item that alone the prepaid money of a receipt may pay.
ALTER TABLE cashier_receipt ADD COLUMN prepay_item BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_receipt ADD COLUMN prepay_name TEXT NOT NULL DEFAULT '';
