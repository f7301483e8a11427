package drive

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/reconcile"
)

const storyDay = clock.Date(20261121)

// story is a short sound day in two projects: a payment, one that was made
// void, one that was refused, a deposit, refunds at the counter and by the
// channel, payments by both channels, one of a pay code, one of which nobody
// told, things that were spoiled on purpose, a run; and the next morning.
func story(t *testing.T) ([]Entry, *Books) {
	t.Helper()
	var b bytes.Buffer
	j := NewJournal(&b)
	tell := func(e, answer Entry) {
		if e.Project == 0 {
			e.Project = 1
		}
		j.write(e)
		answer.Answered, answer.Deed, answer.Key, answer.Subject, answer.Amount, answer.Project, answer.Channel = true, e.Deed, e.Key, e.Subject, e.Amount, e.Project, e.Channel
		if answer.Status == 201 && e.Deed == TakeReceipt {
			j.write(Entry{Answered: true, Deed: e.Deed, Key: e.Key}) // the first time it got lost on the way
			j.write(e)
			answer.Replay = true
		}
		j.write(answer)
	}
	for p := id.ID(1); p < 3; p++ {
		j.write(Entry{Deed: Began, ID: p})
		j.write(Entry{Deed: Merchant, Project: p, Channel: wechat, Merchant: "M"})
		j.write(Entry{Deed: Merchant, Project: p, Channel: alipay, Merchant: "S" + p.String()})
	}
	tell(Entry{Deed: TakeReceipt, Key: "a-1", Subject: 100, Amount: 5000}, Entry{Status: 201, ID: 11, Number: "SJ2026-000001", Got: 5000})
	tell(Entry{Deed: TakeReceipt, Key: "a-2", Subject: 101, Amount: 7000}, Entry{Status: 201, ID: 12, Number: "SJ2026-000002", Got: 7000})
	tell(Entry{Deed: TakeReceipt, Key: "a-3", Subject: 101, Amount: 7000}, Entry{Status: 409})
	tell(Entry{Deed: VoidReceipt, Key: "a-4", Subject: 12}, Entry{Status: 200, ID: 12})
	tell(Entry{Deed: AskRefund, Key: "a-5", Subject: 11, Amount: 2000}, Entry{Status: 201, ID: 31})
	tell(Entry{Deed: PayRefund, Key: "a-6", Subject: 31}, Entry{Status: 200, ID: 31})
	tell(Entry{Deed: OpenOrder, Key: "a-7", Subject: 102, Amount: 900, Channel: wechat}, Entry{Status: 201, ID: 21, Number: "L-21", Got: 900})
	tell(Entry{Deed: StartRun, Key: "a-8"}, Entry{Status: 200, ID: 41})
	tell(Entry{Deed: ReleaseRun, Key: "a-9", Subject: 41}, Entry{Status: 200, ID: 41})
	tell(Entry{Deed: TakeDeposit, Key: "a-10", Subject: 100, Amount: 300}, Entry{Status: 201, ID: 51, Number: "SJ2026-000005", Got: 300})
	tell(Entry{Deed: PayByCode, Key: "a-11", Subject: 200, Amount: 800, Channel: alipay, Project: 2}, Entry{Status: 201, ID: 22, Number: "L-22", Got: 800})
	for _, state := range []string{"new", "paid"} {
		tell(Entry{Deed: CancelByCode, Key: "a-15", Subject: 22, Project: 2}, Entry{Status: 200, ID: 22, Number: "L-22", State: state})
	}
	tell(Entry{Deed: AskRefund, Key: "a-12", Subject: 14, Amount: 250}, Entry{Status: 201, ID: 32})
	tell(Entry{Deed: DecideRefund, Key: "a-13", Subject: 32}, Entry{Status: 200, ID: 32, State: "sent"})
	j.write(Entry{Deed: Altered, Channel: wechat, Number: "X-1", Note: "unknown"})
	j.write(Entry{Deed: Altered, Channel: alipay, Number: "L-22", Note: "refund"})
	j.write(Entry{Deed: Silent, Channel: wechat})
	tell(Entry{Deed: OpenOrder, Key: "a-14", Subject: 103, Amount: 600, Channel: wechat}, Entry{Status: 201, ID: 23, Number: "L-23", Got: 600})
	j.write(Entry{Deed: Evening})
	day := storyDay.String()
	j.write(Entry{Deed: Captured, Channel: wechat, Merchant: "M", Number: "L-21", Transaction: "T-21", Got: 900, Day: day})
	j.write(Entry{Deed: GivenBack, Channel: wechat, Number: "R-32", Transaction: "T-21", Got: 250, State: "SUCCESS", Day: day})
	j.write(Entry{Deed: GivenBack, Channel: wechat, Number: "R-33", Transaction: "T-21", Got: 250, State: "CLOSED", Day: day})
	j.write(Entry{Deed: Captured, Channel: alipay, Merchant: "S2", Number: "L-22", Transaction: "T-22", Got: 800, Day: day})
	j.write(Entry{Deed: GivenBack, Channel: alipay, Number: "P-1", Transaction: "T-22", Got: 1, State: "SUCCESS", Day: day})
	j.write(Entry{Deed: Captured, Channel: wechat, Merchant: "M", Number: "L-23", Transaction: "T-23", Got: 600, Day: day})
	j.write(Entry{Deed: Captured, Channel: wechat, Merchant: "M", Number: "X-1", Transaction: "T-99", Got: 50, Day: day})
	j.write(Entry{Deed: Ended})
	list, err := ReadJournal(&b)
	if err != nil || j.Err() != nil {
		t.Fatal(err, j.Err())
	}
	return list, storyBooks()
}

// storyBooks are the books of the story.
func storyBooks() *Books {
	receipt := func(i int64, room id.ID, amount money.Fen, method cashier.Method, mark string) cashier.Receipt {
		return cashier.Receipt{ID: id.ID(10 + i), Number: "SJ2026-00000" + string(rune('0'+i)), Year: 2026, Seq: i, Room: room, Amount: amount, State: cashier.StateValid,
			Date: storyDay, Pays: []cashier.Pay{{Method: method, Amount: amount, Reference: mark}}}
	}
	one, two := newProject(), newProject()
	one.Receipts = []cashier.Receipt{receipt(1, 100, 5000, cashier.MethodCash, "a-1"), receipt(2, 101, 7000, cashier.MethodCard, "a-2"),
		receipt(3, 100, -2000, cashier.MethodCash, ""), receipt(4, 102, 900, cashier.MethodWechat, "T-21"), receipt(5, 100, 300, cashier.MethodCash, "a-10"),
		receipt(6, 102, -250, cashier.MethodWechat, "T-21"), receipt(7, 103, 600, cashier.MethodWechat, "T-23")}
	one.Receipts[1].State = cashier.StateVoid
	one.Receipts[2].RedOf, one.Receipts[2].Refund = 11, 31
	one.Receipts[4].DepositID = 51
	one.Receipts[5].RedOf, one.Receipts[5].Refund = 14, 32
	one.Receipts[6].Date = storyDay.AddDays(1)
	one.Refunds = []cashier.Refund{{ID: 31, Receipt: 11, Amount: 2000, State: cashier.RefundPaid},
		{ID: 32, Receipt: 14, Amount: 250, State: cashier.RefundPaid, Method: cashier.MethodWechat, ChannelNumber: "R-32"}}
	one.Orders = map[id.ID]Order{21: {"paid", 900, wechat, 102, "L-21", "T-21"}, 23: {"paid", 600, wechat, 103, "L-23", "T-23"}}
	one.Runs = map[id.ID]string{41: "released"}
	one.Clearing = map[clock.Date]money.Fen{storyDay: 650, storyDay.AddDays(1): 600}
	one.Days = []reconcile.Statement{{Channel: wechat, Day: storyDay, State: reconcile.StatementDone}}
	one.Differences = map[id.ID]reconcile.Difference{61: {Channel: wechat, Number: "X-1", Kind: reconcile.KindUnknown, State: reconcile.DifferenceOpen}}
	one.Credited = map[string]reconcile.Difference{"T-23": {}}
	other := receipt(1, 200, 800, cashier.MethodAlipay, "T-22")
	other.ID = 17 + 10
	two.Receipts = []cashier.Receipt{other}
	two.Orders = map[id.ID]Order{22: {"paid", 800, alipay, 200, "L-22", "T-22"}}
	two.Clearing = map[clock.Date]money.Fen{storyDay: 800}
	two.Days = []reconcile.Statement{{Channel: alipay, Day: storyDay, State: reconcile.StatementDone}}
	two.Differences = map[id.ID]reconcile.Difference{62: {Channel: alipay, Number: "L-22", Kind: reconcile.KindRefund, State: reconcile.DifferenceOpen}}
	return &Books{Projects: map[id.ID]*Project{1: one, 2: two}}
}

// spoiled is one planted error and what the verifier has to say of it.
type spoiled struct {
	name  string
	spoil func(j []Entry, one, two *Project, b *Books) []Entry
	want  string // part of one finding; empty: nothing is found
}

func without(j []Entry, d Deed, number string) []Entry {
	return slices.DeleteFunc(j, func(e Entry) bool { return e.Deed == d && e.Number == number })
}

func entry(t *testing.T, j []Entry, key string, answered bool) *Entry {
	t.Helper()
	for i := len(j) - 1; i >= 0; i-- {
		if j[i].Key == key && j[i].Answered == answered {
			return &j[i]
		}
	}
	t.Fatalf("no entry of %s", key)
	return nil
}

func named2(j []Entry, d Deed, number string) *Entry {
	for i := range j {
		if j[i].Deed == d && j[i].Number == number {
			return &j[i]
		}
	}
	return nil
}

// Every planted error of journal or books is named, and nothing else.
func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(counterErrors(t), channelErrors()) {
		j, b := story(t)
		found := Verify(c.spoil(j, b.Projects[1], b.Projects[2], b), b)
		if c.want == "" && len(found) > 0 || c.want != "" && !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: found %q", c.name, found)
		}
	}
}

func counterErrors(t *testing.T) []spoiled {
	again := func(p *Project, from int) {
		r := p.Receipts[from]
		r.ID, r.Seq = 99, int64(len(p.Receipts)+1)
		p.Receipts = append(p.Receipts, r)
	}
	return []spoiled{
		{"sound", func(j []Entry, _, _ *Project, _ *Books) []Entry { return j }, ""},
		{"lost payment", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts = one.Receipts[1:]; return j }, "a-1 was acknowledged with receipt SJ2026-000001, which is lost"},
		{"doubled payment", func(j []Entry, one, _ *Project, _ *Books) []Entry { again(one, 0); return j }, "a-1 is there 2 times"},
		{"other amount", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[0].Amount = 4999; return j }, "a-1 of 50.00 was acknowledged"},
		{"other room", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[0].Room = 101; return j }, "a-1 was taken for another room"},
		{"trace of a refusal", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts[0].Pays[0].Reference = "a-3"
			return j
		}, "a-3 was refused with 409, yet"},
		{"forged receipt", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts[0].Pays[0].Reference = "x"
			return j
		}, "nobody paid “x”"},
		{"another answer the second time", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			more := *entry(t, j, "a-1", true)
			more.ID = 99
			return append(j, more)
		}, "a-1 was answered 201"},
		{"never answered", func(j []Entry, _, _ *Project, _ *Books) []Entry { entry(t, j, "a-9", true).Status = 503; return j }, "a-9 was never answered"},
		{"answered and not sent", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			return append(j, Entry{Deed: TakeReceipt, Key: "z-1", Answered: true, Status: 201})
		}, "z-1 was answered and never sent"},
		{"void lost", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts[1].State = cashier.StateValid
			return j
		}, "SJ2026-000002 is void: false"},
		{"void forged", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts[0].State = cashier.StateVoid
			return j
		}, "SJ2026-000001 is void: true"},
		{"gap in the numbers", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[3].Seq = 9; return j }, "5 stands where 4 should"},
		{"number twice", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[3].Seq = 3; return j }, "3 stands where 4 should"},
		{"numbers of the other project", func(j []Entry, _, two *Project, _ *Books) []Entry { two.Receipts[0].Seq = 2; return j }, "2 stands where 1 should"},
		{"deposit lost", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts[4].Pays[0].Reference = ""
			return j
		}, "a-10 was acknowledged with receipt SJ2026-000005, which is lost"},
		{"other deposit", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[4].DepositID = 52; return j }, "a-10 of 3.00 was acknowledged"},
		{"refund lost", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Refunds = nil; return j }, "refund 31 was acknowledged and is lost"},
		{"refund not paid", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Refunds[0].State = cashier.RefundApproved
			return j
		}, "refund 31 is paid: false"},
		{"refund above the payment", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[2].Amount = -5001; return j }, "more than it took"},
		{"red receipt of nobody", func(j []Entry, _, _ *Project, _ *Books) []Entry { entry(t, j, "a-6", true).Status = 409; return j }, "nobody paid a refund out"},
		{"run not released", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Runs[41] = "draft"; return j }, "run 41 is “draft”"},
		{"doctor", func(j []Entry, _, _ *Project, b *Books) []Entry { b.Findings = []string{"[ledger] x"}; return j }, "doctor: [ledger] x"},
		{"torn journal", func(j []Entry, _, _ *Project, _ *Books) []Entry { return j[:len(j)-1] }, "ends in the middle"},
	}
}

func channelErrors() []spoiled {
	odd := reconcile.Difference{Channel: wechat, Number: "L-21", Kind: reconcile.KindAmount, State: reconcile.DifferenceOpen}
	return []spoiled{
		{"captured and not credited", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts = one.Receipts[:3]; return j }, "order L-21, credited 0 times"},
		{"captured by Alipay and not credited", func(j []Entry, _, two *Project, _ *Books) []Entry { two.Receipts = nil; return j }, "order L-22, credited 0 times"},
		{"captured and credited twice", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			r := one.Receipts[3]
			r.ID, r.Seq = 99, 8
			one.Receipts = append(one.Receipts, r)
			return j
		}, "order L-21, credited 2 times"},
		{"credited with another amount", func(j []Entry, _, two *Project, _ *Books) []Entry { two.Receipts[0].Amount = 8000; return j }, "receipt SJ2026-000001 says 80.00"},
		{"credited to another project", func(j []Entry, one, two *Project, _ *Books) []Entry {
			r := two.Receipts[0]
			r.Seq, two.Receipts, one.Receipts = 8, nil, append(one.Receipts, r)
			return j
		}, "order L-22, receipt SJ2026-000001 gives it to another room or project"},
		{"credited to another room", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Receipts[3].Room = 103; return j }, "order L-21, receipt SJ2026-000004 gives it to another room"},
		{"order of another room", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Orders[21] = Order{"paid", 900, wechat, 109, "L-21", "T-21"}
			return j
		}, "the book has L-21 of room 109"},
		{"came to another merchant", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			named2(j, Captured, "L-22").Merchant = "S1"
			return j
		}, "for the merchant S1 of another project"},
		{"credited and not captured", func(j []Entry, _, _ *Project, _ *Books) []Entry { return without(j, Captured, "L-21") }, "nobody paid “T-21”"},
		{"paid by the other channel", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			named2(j, Captured, "L-22").Channel = wechat
			return j
		}, "nobody paid “T-22”"},
		{"a stranger's money credited", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts[6].Pays[0].Reference = "T-99"
			return j
		}, "for X-1, which is nobody's order"},
		{"taken back and credited", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			return append(j, Entry{Deed: Reversed, Channel: wechat, Number: "L-21", Transaction: "T-21", Got: 900})
		}, "wechat has taken 9.00 of order L-21 back, and receipt SJ2026-000004 says it came"},
		{"order unpaid", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Orders[21] = Order{"waiting", 900, wechat, 102, "L-21", ""}
			return j
		}, "order L-21 is still waiting"},
		{"order over another amount", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Orders[21] = Order{"paid", 901, wechat, 102, "L-21", "T-21"}
			return j
		}, "order L-21 over 9.00"},
		{"book of clearing", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Clearing[storyDay] = 900; return j }, "the book of project 1 has 9.00 with channels on 2026-11-21, its receipts say 6.50"},
		{"refund of the channel not booked", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Receipts = slices.Delete(one.Receipts, 5, 6)
			one.Receipts[5].Seq = 6
			return j
		}, "wechat holds 12.50 of project 1 for 2026-11-21, its receipts say 15.00"},
		{"refund booked that the channel did not make", func(j []Entry, _, _ *Project, _ *Books) []Entry { return without(j, GivenBack, "R-32") }, "refund 32 is paid: true, told: false"},
		{"refund booked that the channel closed", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			named2(j, GivenBack, "R-32").State = "CLOSED"
			return j
		}, "refund 32 is paid: true, told: false"},
		{"refund that nobody asked for", func(j []Entry, _, _ *Project, _ *Books) []Entry {
			return append(j, Entry{Deed: GivenBack, Channel: wechat, Number: "R-77", Transaction: "T-21", Got: 5, State: "SUCCESS"})
		}, "wechat gave back 0.05 as R-77, 0 refunds say so"},
		{"refund over another amount", func(j []Entry, _, _ *Project, _ *Books) []Entry { named2(j, GivenBack, "R-32").Got = 260; return j }, "the refund is over 2.50"},
		{"more refunded than came", func(j []Entry, _, _ *Project, _ *Books) []Entry { named2(j, GivenBack, "R-32").Got = 901; return j }, "wechat gave back 9.01 of T-21, which brought 9.00"},
		{"refund booked twice", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			r := one.Receipts[5]
			r.ID, r.Seq = 99, 8
			one.Receipts = append(one.Receipts, r)
			return j
		}, "refund 32 over 2.50 gave 5.00 back"},
		{"refund still open", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Refunds[1].State, one.Refunds[1].ChannelNumber, one.Receipts[5].Refund = cashier.RefundSent, "R-33", 0
			return j
		}, "refund 32 over 2.50 is still on its way"},
		{"exception of nobody", func(j []Entry, one, _ *Project, _ *Books) []Entry { one.Differences[63] = odd; return j }, "found “amount” at wechat for L-21, which nobody has caused"},
		{"exception missed", func(j []Entry, _, two *Project, _ *Books) []Entry { clear(two.Differences); return j }, "missed “refund” at alipay for L-22"},
		{"bill not fetched", func(j []Entry, one, _ *Project, _ *Books) []Entry {
			one.Days[0].State = reconcile.StatementWaiting
			return j
		}, "the bill of wechat of 2026-11-21 is waiting"},
		{"no reconciliation", func(j []Entry, _, two *Project, _ *Books) []Entry { two.Days = nil; return j }, "no day was reconciled"},
		{"silent payment credited by something else", func(j []Entry, one, _ *Project, _ *Books) []Entry { clear(one.Credited); return j }, "order L-23 when nobody told, and the morning did not credit it"},
	}
}

// A drive in which nothing happened proves nothing.
func TestThin(t *testing.T) {
	t.Parallel()
	j, _ := story(t)
	if Thin(j) == "" {
		t.Error("one payment is enough")
	}
	back := Entry{Deed: GivenBack, Channel: alipay, State: "SUCCESS"}
	full := slices.Repeat(append(j, Entry{Deed: Killed}, Entry{Deed: Altered, Channel: alipay}, back), 20)
	if said := Thin(full); said != "" {
		t.Error(said)
	}
	full = slices.DeleteFunc(full, func(e Entry) bool { return e.Deed == Captured && e.Channel == alipay })
	if Thin(full) == "" {
		t.Error("no payment by Alipay is enough")
	}
}
