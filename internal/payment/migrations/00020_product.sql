-- +goose Up
-- Which products a merchant has opened with the channel, as a set of bits. Those
-- of before had all that the program knows.
ALTER TABLE payment_merchant ADD COLUMN products INTEGER NOT NULL DEFAULT 31;
