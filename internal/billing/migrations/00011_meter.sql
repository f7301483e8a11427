-- +goose Up
ALTER TABLE billing_item ADD COLUMN meter_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE billing_rate ADD COLUMN tariff TEXT NOT NULL DEFAULT '';
