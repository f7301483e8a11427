-- +goose Up
-- An order that is paid in a browser, in that of a computer.
ALTER TABLE payment_order ADD COLUMN desk INTEGER NOT NULL DEFAULT 0;
