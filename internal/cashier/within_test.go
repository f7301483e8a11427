package cashier_test

import (
	"context"
	"testing"

	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/payment"
)

// TestWithinBuildings: a counter that is limited to a building serves households
// that are wholly in it, and reads no receipt that tells of rooms outside.
func TestWithinBuildings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, q := t.Context(), w.d.Reader(t.Context())
		var far id.ID // a room of C's payer in another building
		err := w.d.Write(ctx, func(tx *db.Tx) error {
			b, err := w.estate.CreateBuilding(ctx, tx, actor.System("test"), w.project, estate.Building{Name: "5栋"})
			if err != nil {
				return err
			}
			rooms := []estate.Room{{Building: b.ID, Name: "501"}}
			if err := w.estate.CreateRooms(ctx, tx, actor.System("test"), w.project, rooms); err != nil {
				return err
			}
			far = rooms[0].ID
			return nil
		})
		mustBe(t, err, nil)
		w.bill(t, due{w.a, "物业服务费", 202611, 100_00}, due{w.c, "物业服务费", 202611, 100_00})
		home, err := w.estate.Room(ctx, q, w.project, w.a)
		mustBe(t, err, nil)
		within := actor.Buildings{home.Building}
		old := w.takeAs(t, w.teller(), w.c, cash(1_00)...)
		_, err = w.cashier.ReceiptWithin(ctx, q, w.project, old.ID, within)
		mustBe(t, err, nil)
		back := cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: old.ID, Amount: 10, Method: cashier.MethodCash, Reason: "多收", Within: within}
		_, err = w.cashier.AskRefund(ctx, w.teller(), w.project, back)
		mustBe(t, err, nil)

		// From now on the payer of C has a room in the other building, too.
		mustBe(t, w.d.Write(ctx, func(tx *db.Tx) error {
			c, err := w.estate.Household(ctx, tx, w.project, w.c)
			if err != nil {
				return err
			}
			_, err = w.estate.AddOccupant(ctx, tx, actor.System("test"), w.project, estate.Occupant{Room: far, Person: *c.Payer, Part: estate.PartOwner})
			return err
		}), nil)
		for _, c := range []struct {
			room id.ID
			want error
		}{{w.a, nil}, {w.c, cashier.ErrBeyond}, {far, estate.ErrNoRoom}, {42, estate.ErrNoRoom}} {
			seat, err := w.cashier.SeatWithin(ctx, w.project, c.room, within)
			mustBe(t, err, c.want)
			in := cashier.Taking{Room: c.room, Pays: cash(10_00), Within: within}
			if seat != nil {
				in.ExpectedOwed = seat.Owed
			}
			_, err = w.cashier.Receive(context.Background(), w.teller(), w.project, in)
			mustBe(t, err, c.want)
			order, want := cashier.OrderTaking{Channel: "wechat", Room: c.room, Amount: 1_00, ExpectedOwed: in.ExpectedOwed - 10_00, Within: within}, c.want
			if want == nil {
				want = payment.ErrNoMerchant // nothing but that nobody can be paid
			}
			_, err = w.cashier.OrderParts(ctx, w.teller(), w.project, order)
			mustBe(t, err, want)
			_, err = w.cashier.OpenOrder(ctx, w.teller(), w.project, order)
			mustBe(t, err, want)
			if want = c.want; want == nil {
				want = cashier.ErrRefundMuch // nothing but that nothing is prepaid
			}
			_, err = w.cashier.AskRefund(ctx, w.teller(), w.project, cashier.RefundAsk{Kind: cashier.RefundPrepaid, Room: c.room, Amount: 1, Method: cashier.MethodCash,
				Reason: "退", Within: within})
			mustBe(t, err, want)
			_, err = w.cashier.SeatWithin(ctx, w.project, c.room, actor.Buildings{})
			mustBe(t, err, estate.ErrNoRoom)
		}
		_, err = w.cashier.ReceiptWithin(ctx, q, w.project, old.ID, within)
		mustBe(t, err, fault.ErrNotFound)
		_, err = w.cashier.AskRefund(ctx, w.teller(), w.project, back)
		mustBe(t, err, fault.ErrNotFound)
		for n, limit := range [][2]actor.Buildings{{within, {}}, {nil, nil}} {
			for _, limit := range limit {
				list, err := w.cashier.Refunds(ctx, w.project, cashier.RefundFilter{Within: limit})
				if err != nil || len(list.Items) != n {
					t.Errorf("%d applications within %v: %v", len(list.Items), limit, err)
				}
			}
		}
		b := w.serve(t)
		for _, query := range []string{"", "&state=asked", "&state=paid", "&kind=prepaid", "&room_id=" + far.String()} {
			type answer struct {
				Items  []struct{ Amount int64 }
				Totals *page.Total
			}
			var whole, one answer
			b.call("GET", "/refunds?limit=200&count=true"+query, "", 200, &whole)
			b.call("GET", "/refunds?limit=1&count=true"+query, "", 200, &one)
			want := page.Total{Count: int64(len(whole.Items))}
			for _, r := range whole.Items {
				want.Amount += money.Fen(r.Amount)
			}
			if one.Totals == nil || *one.Totals != want || query == "" && want.Amount == 0 {
				t.Errorf("%s: total %+v, want %+v", query, one.Totals, want)
			}
		}
		for n, limit := range map[int]actor.Buildings{2: nil, 1: within, 0: {}} {
			list, err := w.cashier.Receipts(ctx, w.project, cashier.Filter{Request: page.Request{Limit: 10}, Within: limit})
			if err != nil || len(list.Items) != n {
				t.Errorf("%d receipts within %v: %v", len(list.Items), limit, err)
			}
		}
	})
}
