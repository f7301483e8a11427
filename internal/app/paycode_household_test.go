package app_test

import (
	"testing"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/paycode"
)

// payForOneRoom pays with the code of one of two rooms that one household has:
// the other room owes as much as before.
func (w *onlineWorld) payForOneRoom(t *testing.T) {
	t.Helper()
	ctx, who, month := t.Context(), actor.System("test"), clock.MonthOf(w.now.Now())
	rooms := []estate.Room{{Name: "201", Area: 100_24}, {Name: "202", Area: 80_00}}
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := w.app.Estate.CreateBuilding(ctx, tx, who, w.project, estate.Building{Name: "5栋"})
		if err != nil {
			return err
		}
		rooms[0].Building, rooms[1].Building = b.ID, b.ID
		if err := w.app.Estate.CreateRooms(ctx, tx, who, w.project, rooms); err != nil {
			return err
		}
		owner, err := w.app.Estate.CreatePerson(ctx, tx, who, w.project, estate.PersonInput{Name: "宋家宁", Kind: estate.KindPerson})
		for i := range rooms {
			if err == nil {
				_, err = w.app.Estate.AddOccupant(ctx, tx, who, w.project, estate.Occupant{Room: rooms[i].ID, Person: owner, Part: estate.PartOwner})
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.app.Billing.StartRun(ctx, who, w.project, month)
	w.drain(t)
	if err == nil {
		run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), w.project, run.ID)
	}
	if err == nil {
		_, err = w.app.Billing.Release(ctx, who, w.project, run.ID, run.Version)
	}
	w.drain(t)
	var c paycode.Code
	if err == nil {
		c, err = w.app.Paycode.Issue(ctx, w.who, w.project, rooms[0].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	o, err := w.app.Paycode.Pay(ctx, phone, tokenOf(t, c.Link), paycode.Ask{Channel: "wechat", Amount: onlineOwed, Key: "one-of-two"})
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	w.pay(t, w.order(t, o.ID))
	w.later(t, time.Second)
	seat, err := w.app.Cashier.Seat(ctx, w.project, rooms[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	left := map[id.ID]int64{}
	for _, x := range seat.Open {
		left[x.Room] += int64(x.Left)
	}
	if left[rooms[0].ID] != 0 || left[rooms[1].ID] != 200_00 || seat.Prepaid != 0 {
		t.Errorf("after paying 250.60 with the code of 201 the household owes %v", left)
	}
}
