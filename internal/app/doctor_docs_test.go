package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/correction"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/latefee"
	"linli/internal/payment"
	"linli/internal/termination"
)

// damage is one row changed by hand, how to put it right again, and what the
// doctor must say in between.
type damage struct {
	name, do, undo string
	want           string
}

// shift is a number of one row that is changed by one.
func shiftBy(table, column, where, want string) damage {
	form := "UPDATE %s SET %s = %s %s 1 WHERE project_id = ? AND %s"
	return damage{table + "." + column, fmt.Sprintf(form, table, column, column, "+", where), fmt.Sprintf(form, table, column, column, "-", where), want}
}

// damaged sees that the doctor names each damage, and nothing before and after.
func damaged(t *testing.T, a *app.App, project id.ID, list []damage) {
	t.Helper()
	exec := func(query string) {
		t.Helper()
		err := a.DB.Write(t.Context(), func(tx *db.Tx) error {
			n, err := tx.Exec(t.Context(), query, project)
			if err == nil && n == 0 {
				t.Errorf("nothing was damaged by %s", query)
			}
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	said := func() string {
		t.Helper()
		found, err := a.Doctor(t.Context(), app.Checks{})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(found)
	}
	if s := said(); s != "[]" {
		t.Fatalf("sound books, and the doctor says %s", s)
	}
	for _, d := range list {
		exec(d.do)
		if s := said(); !strings.Contains(s, d.want) {
			t.Errorf("%s: not said: %s\nsaid: %s", d.name, d.want, s)
		}
		exec(d.undo)
	}
	if s := said(); s != "[]" {
		t.Errorf("put right again, and the doctor says %s", s)
	}
}

func TestDoctorOfCorrections(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		rooms := w.street(3)
		found := w.spread()
		found.Named[2].Plus++ // is refused
		b := w.many(found.Named)
		if b.Counts[correction.RoomMade] != 2 || b.Counts[correction.RoomRefused] != 1 {
			t.Fatalf("made %+v", b)
		}
		w.room = rooms[2]
		w.measure(80_00)
		if _, err := w.correct(picks(w.differences(202601, 202602))); err != nil { // takes off what is owed
			t.Fatal(err)
		}
		one := "number = 'BC2026-000001'"
		line := "doc_id = (SELECT id FROM correction_doc WHERE project_id = correction_line.project_id AND number = '%s')"
		more, less := fmt.Sprintf(line, "BC2026-000001"), fmt.Sprintf(line, "BC2026-000003")+" AND month = 202601"
		made, refused := "no = 1", "state = 'refused'"
		damaged(t, w.app, w.project, []damage{
			shiftBy("correction_doc", "plus", one, "补差单 BC2026-000001 写着补收 26.86 元、减收 0.00 元，明细合计 26.85 元、0.00 元"),
			shiftBy("correction_doc", "minus", one, "补差单 BC2026-000001 写着补收 26.85 元、减收 0.01 元"),
			shiftBy("correction_line", "amount", more, "补差单 BC2026-000001 写着补收 26.85 元、减收 0.00 元，明细合计 26.86 元、0.00 元"),
			shiftBy("correction_line", "due", more, "补差单 BC2026-000001 写着补收 26.85 元"),
			shiftBy("correction_line", "was", more, "补差单 BC2026-000001 写着补收 26.85 元"),
			shiftBy("correction_line", "credited", less, "补差单 BC2026-000003 写着补收 0.25 元、减收 23.75 元"),
			shiftBy("correction_line", "returned", less, "补差单 BC2026-000003 写着补收 0.25 元、减收 23.75 元"),
			shiftBy("correction_credit", "amount", "charge_id = (SELECT MIN(charge_id) FROM correction_credit)", "补差单 BC2026-000003"),
			shiftBy("billing_charge", "returned", "id = (SELECT charge_id FROM correction_line WHERE project_id = billing_charge.project_id AND "+less+")", "记的补差退回比补差单多 0.01 元"),
			shiftBy("correction_batch_room", "plus", made, "第 1 间（made）补收 26.86 元"),
			shiftBy("correction_batch_room", "minus", made, "第 1 间（made）补收 26.85 元、减收 0.01 元"),
			shiftBy("correction_batch_room", "doc_id", made, "它的补差单 （没有）"),
			shiftBy("correction_batch_room", "room_id", made, "第 1 间（made）"),
			{"a refused room is made", "UPDATE correction_batch_room SET state = 'made' WHERE project_id = ? AND " + refused,
				"UPDATE correction_batch_room SET state = 'refused' WHERE project_id = ? AND no = 3", "第 3 间（made）"},
			{"series gone", "UPDATE ledger_series SET series = 'XX' WHERE project_id = ? AND series = 'BC'", "UPDATE ledger_series SET series = 'BC' WHERE project_id = ? AND series = 'XX'",
				"2026 年补差单号已发到 BC2026-000000，补差单却有 3 张，最后是第 3 号"},
		})
	})
}

func TestDoctorOfTerminations(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx := t.Context()
		w.pay(2947_06)
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.Reprice))
		w.must(err)
		number := "（" + d.ID.String() + "）"
		list := []damage{
			shiftBy("termination_doc", "refund", "number = ''", "退费单 "+number+"退 1694.07 元"),
			shiftBy("termination_doc", "kept", "number = ''", "退费单 "+number+"退 1694.06 元"),
			shiftBy("termination_doc", "paid", "number = ''", "退费单 "+d.ID.String()+" 与操作日志不符：paid 现在是 294707，日志里是 294706"),
			shiftBy("termination_doc", "full_price", "number = ''", "与操作日志不符：full 现在是 "),
			shiftBy("termination_doc", "used", "number = ''", "与操作日志不符：used 现在是 6，日志里是 5"),
			shiftBy("termination_part", "amount", "no = 1", "各张收据合计 1694.07 元"),
			shiftBy("termination_part", "kept", "no = 1", "退费单 "+number),
			shiftBy("termination_line", "amount", "charge_id = (SELECT MIN(charge_id) FROM termination_line)", "退费单 "+number),
		}
		damaged(t, w.app, w.project, list)
		d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
		w.must(err)
		f, err := w.app.Cashier.Refund(ctx, w.project, d.Parts[0].Refund)
		w.must(err)
		_, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		w.must(err)
		damaged(t, w.app, w.project, []damage{
			shiftBy("termination_doc", "refund", "number = 'TF2026-000001'", "退费单 TF2026-000001 应退 1694.07 元，付出的差 0.01 元"),
			shiftBy("cashier_refund", "amount", "kind = 'ended'", "批准付出的申请是 1694.07 元"),
			{"series gone", "UPDATE ledger_series SET series = 'XX' WHERE project_id = ? AND series = 'TF'", "UPDATE ledger_series SET series = 'TF' WHERE project_id = ? AND series = 'XX'",
				"2026 年退费单号已发到 TF2026-000000，退费单却有 1 张"},
			{"series of red documents gone", "UPDATE ledger_series SET series = 'XX' WHERE project_id = ? AND series = 'YH'", "UPDATE ledger_series SET series = 'YH' WHERE project_id = ? AND series = 'XX'",
				"2026 年应收红冲单号已发到 YH2026-000000"},
			{"series of single charges gone", "UPDATE ledger_series SET series = 'XX' WHERE project_id = ? AND series = 'DS'", "UPDATE ledger_series SET series = 'DS' WHERE project_id = ? AND series = 'XX'",
				"2026 年单笔收费单号已发到 DS2026-000000"},
		})
	})
}

// Charges of every source keep their payer: of runs, alone, of opening arrears,
// of late fees and after a change of hands.
func TestDoctorOfPayers(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx := t.Context()
		_, err := w.single(w.who, w.once("门禁卡"), 20_00)
		w.must(err)
		w.must(w.approveWaiver(ctx, w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: w.open()[0].ID, Amount: 1_00, Reason: "漏水"}))
		list := []damage{{"series of waivers gone", "UPDATE ledger_series SET series = 'XX' WHERE project_id = ? AND series = 'JM'", "UPDATE ledger_series SET series = 'JM' WHERE project_id = ? AND series = 'XX'",
			"2026 年减免单号已发到 JM2026-000000，减免单却有 1 张"}}
		for _, c := range w.open() {
			list = append(list, damage{"payer of " + c.ItemName, "UPDATE billing_charge SET payer_id = payer_id + 5 WHERE project_id = ? AND id = " + c.ID.String(),
				"UPDATE billing_charge SET payer_id = payer_id - 5 WHERE project_id = ? AND id = " + c.ID.String(), "应收 " + c.ID.String() + " 的缴费人与出账时不同"})
		}
		if len(list) != 3 {
			t.Fatalf("%d charges", len(list)-1)
		}
		damaged(t, w.app, w.project, list)
	})
}

// Money that no order asked for is in no book; the list of what waits to be given
// back tells when it is changed.
func TestDoctorOfUnknownMoney(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		w.later(t, time.Second)
		w.wantPaid(t, o)
		trade := payment.Trade{Number: "PAPER-0001", Transaction: "4200009999202611219999999999", Merchant: w.cred.Number, State: payment.TradePaid, Amount: 88_00,
			Currency: "CNY", PaidAt: w.now.Now()}
		if err := w.app.Payment.Apply(t.Context(), w.project, "wechat", trade); err != nil {
			t.Fatal(err)
		}
		damaged(t, w.app, w.project, []damage{
			shiftBy("payment_capture", "amount", "order_id = 0", "到账 88.01 元没有入账，待退清单上是 88.00 元"),
			shiftBy("payment_candidate", "amount", "order_id = 0", "到账 88.00 元没有入账，待退清单上是 88.01 元"),
			{"a capture of an order without a receipt", `INSERT INTO payment_capture (project_id, channel, transaction_id, number, order_id, amount, paid_at, found, receipt_id, at, merchant, day)
				SELECT project_id, channel, '4200007777202611217777777777', number, order_id, amount, paid_at, found, 0, at, merchant, day FROM payment_capture
				WHERE project_id = ? AND order_id <> 0`, "DELETE FROM payment_capture WHERE project_id = ? AND transaction_id = '4200007777202611217777777777'",
				"流水 4200007777202611217777777777 到账 " + o.Amount.Yuan() + " 元有订单，却没有收据"},
		})
	})
}
