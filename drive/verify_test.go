package drive

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// story is a short sound day: a payment, one that was made void, one that was
// refused, a refund, an online payment, a run.
func story(t *testing.T) ([]Entry, *Books) {
	t.Helper()
	var b bytes.Buffer
	j := NewJournal(&b)
	tell := func(e, answer Entry) {
		j.write(e)
		answer.Answered, answer.Deed, answer.Key, answer.Subject, answer.Amount = true, e.Deed, e.Key, e.Subject, e.Amount
		if answer.Status == 201 && e.Deed == TakeReceipt {
			j.write(Entry{Answered: true, Deed: e.Deed, Key: e.Key}) // the first time it got lost on the way
			j.write(e)
			answer.Replay = true
		}
		j.write(answer)
	}
	j.write(Entry{Deed: Began, ID: 1})
	tell(Entry{Deed: TakeReceipt, Key: "a-1", Subject: 100, Amount: 5000}, Entry{Status: 201, ID: 11, Number: "SJ2026-000001", Got: 5000})
	tell(Entry{Deed: TakeReceipt, Key: "a-2", Subject: 101, Amount: 7000}, Entry{Status: 201, ID: 12, Number: "SJ2026-000002", Got: 7000})
	tell(Entry{Deed: TakeReceipt, Key: "a-3", Subject: 101, Amount: 7000}, Entry{Status: 409})
	tell(Entry{Deed: VoidReceipt, Key: "a-4", Subject: 12}, Entry{Status: 200, ID: 12})
	tell(Entry{Deed: AskRefund, Key: "a-5", Subject: 11, Amount: 2000}, Entry{Status: 201, ID: 31})
	tell(Entry{Deed: PayRefund, Key: "a-6", Subject: 31}, Entry{Status: 200, ID: 31})
	tell(Entry{Deed: OpenOrder, Key: "a-7", Subject: 102, Amount: 900}, Entry{Status: 201, ID: 21, Number: "L-21", Got: 900})
	tell(Entry{Deed: StartRun, Key: "a-8"}, Entry{Status: 200, ID: 41})
	tell(Entry{Deed: ReleaseRun, Key: "a-9", Subject: 41}, Entry{Status: 200, ID: 41})
	j.write(Entry{Deed: Captured, Number: "L-21", Transaction: "T-21", Got: 900})
	j.write(Entry{Deed: Ended})
	list, err := ReadJournal(&b)
	if err != nil || j.Err() != nil {
		t.Fatal(err, j.Err())
	}
	receipt := func(i int64, amount money.Fen, method cashier.Method, mark string) cashier.Receipt {
		return cashier.Receipt{ID: id.ID(10 + i), Number: "SJ2026-00000" + string(rune('0'+i)), Year: 2026, Seq: i, Amount: amount, State: cashier.StateValid,
			Pays: []cashier.Pay{{Method: method, Amount: amount, Reference: mark}}}
	}
	books := &Books{Receipts: []cashier.Receipt{receipt(1, 5000, cashier.MethodCash, "a-1"), receipt(2, 7000, cashier.MethodCard, "a-2"),
		receipt(3, -2000, cashier.MethodCash, ""), receipt(4, 900, cashier.MethodWechat, "T-21")},
		Refunds: []cashier.Refund{{ID: 31, Receipt: 11, Amount: 2000, State: cashier.RefundPaid}},
		Orders:  map[id.ID]Order{21: {"paid", 900, "T-21"}}, Runs: map[id.ID]string{41: "released"}, Clearing: 900}
	books.Receipts[1].State = cashier.StateVoid
	books.Receipts[2].RedOf, books.Receipts[2].Refund = 11, 31
	return list, books
}

// Every planted error of journal or books is named, and nothing else.
func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	at := func(j []Entry, key string, answered bool) *Entry {
		for i := len(j) - 1; i >= 0; i-- {
			if j[i].Key == key && j[i].Answered == answered {
				return &j[i]
			}
		}
		t.Fatalf("no entry of %s", key)
		return nil
	}
	for _, c := range []struct {
		name  string
		spoil func(j []Entry, b *Books) []Entry
		want  string // part of one finding; empty: nothing is found
	}{
		{"sound", func(j []Entry, _ *Books) []Entry { return j }, ""},
		{"lost payment", func(j []Entry, b *Books) []Entry { b.Receipts = b.Receipts[1:]; return j }, "a-1 was acknowledged with receipt SJ2026-000001, which is lost"},
		{"doubled payment", func(j []Entry, b *Books) []Entry {
			r := b.Receipts[0]
			r.ID, r.Seq = 15, 5
			b.Receipts = append(b.Receipts, r)
			return j
		}, "a-1 is there 2 times"},
		{"other amount", func(j []Entry, b *Books) []Entry { b.Receipts[0].Amount = 4999; return j }, "a-1 of 50.00 was acknowledged"},
		{"trace of a refusal", func(j []Entry, b *Books) []Entry { b.Receipts[0].Pays[0].Reference = "a-3"; return j }, "a-3 was refused with 409, yet"},
		{"forged receipt", func(j []Entry, b *Books) []Entry { b.Receipts[0].Pays[0].Reference = "x"; return j }, "nobody paid “x”"},
		{"another answer the second time", func(j []Entry, b *Books) []Entry {
			again := *at(j, "a-1", true)
			again.ID = 99
			return append(j, again)
		}, "a-1 was answered 201"},
		{"never answered", func(j []Entry, b *Books) []Entry { at(j, "a-9", true).Status = 503; return j }, "a-9 was never answered"},
		{"answered and not sent", func(j []Entry, b *Books) []Entry {
			return append(j, Entry{Deed: TakeReceipt, Key: "z-1", Answered: true, Status: 201})
		}, "z-1 was answered and never sent"},
		{"void lost", func(j []Entry, b *Books) []Entry { b.Receipts[1].State = cashier.StateValid; return j }, "SJ2026-000002 is void: false"},
		{"void forged", func(j []Entry, b *Books) []Entry { b.Receipts[0].State = cashier.StateVoid; return j }, "SJ2026-000001 is void: true"},
		{"gap in the numbers", func(j []Entry, b *Books) []Entry { b.Receipts[3].Seq = 5; return j }, "5 stands where 4 should"},
		{"number twice", func(j []Entry, b *Books) []Entry { b.Receipts[3].Seq = 3; return j }, "3 stands where 4 should"},
		{"captured and not credited", func(j []Entry, b *Books) []Entry { b.Receipts = b.Receipts[:3]; return j }, "order L-21, credited 0 times"},
		{"captured and credited twice", func(j []Entry, b *Books) []Entry {
			r := b.Receipts[3]
			r.ID, r.Seq = 15, 5
			b.Receipts = append(b.Receipts, r)
			return j
		}, "order L-21, credited 2 times"},
		{"credited and not captured", func(j []Entry, b *Books) []Entry {
			return slices.DeleteFunc(j, func(e Entry) bool { return e.Deed == Captured })
		}, "nobody paid “T-21”"},
		{"clearing account", func(j []Entry, b *Books) []Entry { b.Clearing = 1800; return j }, "the channel holds 9.00, the book says 18.00"},
		{"order unpaid", func(j []Entry, b *Books) []Entry { b.Orders[21] = Order{"waiting", 900, ""}; return j }, "order L-21 is still waiting"},
		{"order over another amount", func(j []Entry, b *Books) []Entry { b.Orders[21] = Order{"paid", 901, "T-21"}; return j }, "order L-21 over 9.00"},
		{"refund lost", func(j []Entry, b *Books) []Entry { b.Refunds = nil; return j }, "refund 31 was acknowledged and is lost"},
		{"refund not paid", func(j []Entry, b *Books) []Entry { b.Refunds[0].State = cashier.RefundApproved; return j }, "refund 31 is paid: false"},
		{"refund above the payment", func(j []Entry, b *Books) []Entry { b.Receipts[2].Amount = -5001; return j }, "more than it took"},
		{"red receipt of nobody", func(j []Entry, b *Books) []Entry { at(j, "a-6", true).Status = 409; return j }, "nobody paid a refund out"},
		{"run not released", func(j []Entry, b *Books) []Entry { b.Runs[41] = "draft"; return j }, "run 41 is “draft”"},
		{"doctor", func(j []Entry, b *Books) []Entry { b.Findings = []string{"[ledger] x"}; return j }, "doctor: [ledger] x"},
		{"torn journal", func(j []Entry, b *Books) []Entry { return j[:len(j)-1] }, "ends in the middle"},
	} {
		j, b := story(t)
		found := Verify(c.spoil(j, b), b)
		if c.want == "" && len(found) > 0 || c.want != "" && !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: found %q", c.name, found)
		}
	}
}

// A drive in which nothing happened proves nothing.
func TestThin(t *testing.T) {
	t.Parallel()
	j, _ := story(t)
	if Thin(j) == "" {
		t.Error("one payment is enough")
	}
	full := slices.Repeat(append(j, Entry{Deed: Killed}), 20)
	if said := Thin(full); said != "" {
		t.Error(said)
	}
}
