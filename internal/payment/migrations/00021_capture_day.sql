-- +goose Up
-- The business day of the receipt, yyyymmdd; 0 is the day of "at", for what was
-- booked before receipts took the day of the payment.
ALTER TABLE payment_capture ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
