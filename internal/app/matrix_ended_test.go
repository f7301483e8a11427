package app_test

import (
	"fmt"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/termination"
)

// ended gives a twin a household that has paid months ahead and asks for two of
// them back.
func (w *matrixWorld) ended(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	rooms := []estate.Room{{Building: p.ids["building"], Unit: p.ids["unit"], Name: "505", Floor: 5, Area: 5000}}
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		if err := w.app.Estate.CreateRooms(ctx, tx, who, project, rooms); err != nil {
			return err
		}
		person, err := w.app.Estate.CreatePerson(ctx, tx, who, project, estate.PersonInput{Name: p.canary + "预缴人", Kind: estate.KindPerson})
		if err == nil {
			_, err = w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: rooms[0].ID, Person: person, Part: estate.PartOwner})
		}
		return err
	})
	room := rooms[0].ID
	var q cashier.AheadQuote
	if err == nil {
		q, err = w.app.Cashier.QuoteAhead(ctx, project, room, billing.AheadAsk{Months: 3})
	}
	if err == nil {
		_, err = w.app.Cashier.Receive(ctx, who, project, cashier.Taking{Room: room, Confirmed: true, Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total},
			Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: q.Total, Reference: p.canary}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.app.Termination.Periods(ctx, w.app.DB.Reader(ctx), project, room)
	if err != nil || len(list) == 0 {
		t.Fatalf("periods %v, %v", list, err)
	}
	in := termination.Ask{Room: room, Run: list[0].Run, Item: list[0].Item, Used: 1, Policy: termination.ProRata, Method: cashier.MethodCash, Reason: p.canary}
	quote, err := w.app.Termination.Quote(ctx, w.app.DB.Reader(ctx), project, room, in.Run, in.Item, in.Used, in.Policy)
	in.Seen = quote.Back.Refund
	var d termination.Doc
	if err == nil {
		d, err = w.app.Termination.Ask(ctx, who, project, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.ids["amendment"] = w.amended(t, p, who, room, in.Item)
	p.ids["termination"], p.ids["ended_room"], p.ids["ended_run"], p.ids["ended_item"] = d.ID, room, in.Run, in.Item
}

// amended measures the room of a twin again and corrects the month that was
// charged.
func (w *matrixWorld) amended(t *testing.T, p *twin, who actor.Actor, room, item id.ID) (doc id.ID) {
	t.Helper()
	ctx, project, area := t.Context(), p.ids["project"], money.Area(5200)
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := w.app.Estate.Room(ctx, tx, project, room)
		if err == nil {
			_, err = w.app.Estate.EditRoom(ctx, tx, who, project, room, estate.RoomEdit{Version: r.Version, Area: &area})
		}
		if err != nil {
			return err
		}
		ask := correction.Ask{Room: room, Reason: p.canary}
		month := clock.MonthOf(tx.Now())
		err = w.app.Correct.Differences(ctx, tx, project, room-1, room, month, month.Add(1), func(d *correction.Difference) error {
			if d.Item == item && d.Amount() != 0 && len(ask.Picks) == 0 {
				ask.Picks = append(ask.Picks, correction.Pick{Item: item, Month: d.Month, Seen: d.Amount()})
			}
			return nil
		})
		if err != nil {
			return err
		}
		d, err := w.app.Correct.Make(ctx, tx, who, project, ask)
		doc = d.ID
		return err
	})
	if err == nil {
		var b correction.Batch
		b, err = w.app.Correct.MakeMany(ctx, who, project, correction.BatchAsk{Rooms: []correction.BatchRoom{{Room: room}}, From: clock.MonthOf(w.app.DB.Clock().Now()),
			Until: clock.MonthOf(w.app.DB.Clock().Now()), Reason: p.canary})
		p.ids["amendment_batch"] = b.ID
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// endedQuery is what a quote is asked with.
func endedQuery(ids map[string]id.ID) string {
	return fmt.Sprintf("?room_id=%s&run_id=%s&item_id=%s&used=1&policy=prorata", ids["ended_room"], ids["ended_run"], ids["ended_item"])
}

// amendBodies are requests about corrections that reach the rules.
func amendBodies(from twin) map[string]string {
	month := clock.MonthOf(dbtest.Start())
	return map[string]string{
		"amendment-make":       fmt.Sprintf(`{"room_id":%q,"lines":[{"item_id":%q,"month":%q,"seen_amount":1}],"reason":"矩阵测试"}`, from.ids["room"], from.ids["item"], month),
		"amendment-void":       `{"reason":"矩阵测试","version":7}`,
		"amendment-batch-make": fmt.Sprintf(`{"rooms":[{"room_id":%q,"seen_plus":1,"seen_minus":0}],"from_month":%q,"until_month":%q,"reason":"矩阵测试"}`, from.ids["room"], month, month),
		"amendment-batch-void": `{"reason":"矩阵测试","version":7}`,
	}
}
