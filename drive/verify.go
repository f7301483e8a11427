package drive

import (
	"fmt"
	"slices"

	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// command is what became of one key.
type command struct {
	Entry           // as it was sent
	answers []Entry // every known one
	retries int
}

// done reports an acknowledged command, refused one that certainly was not
// done; a command may be neither.
func (c *command) done() bool    { return len(c.answers) > 0 && c.answers[0].Status < 300 }
func (c *command) refused() bool { return len(c.answers) > 0 && c.answers[0].Status >= 400 }

type verifier struct {
	books    *Books
	commands map[string]*command
	keys     []string // in the order of the journal
	captured []Entry
	receipts map[id.ID]*cashier.Receipt
	byMark   map[string][]*cashier.Receipt // by the reference of a pay: a key, or a transaction of the channel
	ended    bool
	found    []string
}

// Verify holds a journal against the books and names, one sentence each, what
// was lost, doubled or forged.
func Verify(journal []Entry, b *Books) []string {
	v := &verifier{books: b, commands: map[string]*command{}, receipts: map[id.ID]*cashier.Receipt{}, byMark: map[string][]*cashier.Receipt{}}
	for i := range journal {
		v.learn(&journal[i])
	}
	for i := range b.Receipts {
		r := &b.Receipts[i]
		v.receipts[r.ID] = r
		for _, p := range r.Pays {
			if !slices.Contains(v.byMark[p.Reference], r) {
				v.byMark[p.Reference] = append(v.byMark[p.Reference], r)
			}
		}
	}
	if !v.ended {
		v.say("the journal ends in the middle")
	}
	v.answers()
	v.taken()
	v.voided()
	v.forged()
	v.numbers()
	v.orders()
	v.channel()
	v.refunds()
	v.runs()
	for _, f := range b.Findings {
		v.say("doctor: %s", f)
	}
	return v.found
}

// Thin says what a journal has too little of to show anything; empty is
// enough.
func Thin(journal []Entry) string {
	n := map[Deed]int{}
	for i := range journal {
		e := &journal[i]
		switch {
		case e.Key == "":
			n[e.Deed]++
		case e.known() && e.Status < 300:
			n[e.Deed]++
		case e.Answered && !e.known():
			n[""]++
		}
	}
	if n[Killed] < 2 || n[""] < 20 || n[TakeReceipt] < 20 || n[Captured] < 5 || n[VoidReceipt] < 2 || n[PayRefund] < 2 {
		return fmt.Sprintf("the drive shows too little: %d kills, %d answers unknown, %d receipts, %d voided, %d refunds paid, %d online payments; drive longer",
			n[Killed], n[""], n[TakeReceipt], n[VoidReceipt], n[PayRefund], n[Captured])
	}
	return ""
}

func (v *verifier) say(form string, args ...any) {
	v.found = append(v.found, fmt.Sprintf(form, args...))
}

func (v *verifier) learn(e *Entry) {
	switch {
	case e.Deed == Captured:
		v.captured = append(v.captured, *e)
	case e.Deed == Ended:
		v.ended = true
	case e.Key == "":
	case !e.Answered:
		if c := v.commands[e.Key]; c != nil {
			c.retries++
			return
		}
		v.commands[e.Key] = &command{Entry: *e}
		v.keys = append(v.keys, e.Key)
	case e.known():
		if c := v.commands[e.Key]; c != nil {
			c.answers = append(c.answers, *e)
		} else {
			v.say("key %s was answered and never sent", e.Key)
		}
	}
}

// of calls f for every command of a deed.
func (v *verifier) of(d Deed, f func(c *command)) {
	for _, k := range v.keys {
		if c := v.commands[k]; c.Deed == d {
			f(c)
		}
	}
}

// answers checks that a key is answered in the end, and the same every time.
func (v *verifier) answers() {
	for _, k := range v.keys {
		c := v.commands[k]
		if len(c.answers) == 0 {
			v.say("%s %s was never answered", c.Deed, k)
			continue
		}
		first := c.answers[0]
		for _, a := range c.answers[1:] {
			if a.Status != first.Status || a.ID != first.ID || a.Number != first.Number || a.Got != first.Got || a.State != first.State {
				v.say("%s %s was answered %d %s %s, and again %d %s %s", c.Deed, k, first.Status, first.ID, first.Number, a.Status, a.ID, a.Number)
			}
		}
	}
}

// taken: an acknowledged payment is there once with its amount, a refused one
// left nothing.
func (v *verifier) taken() {
	v.of(TakeReceipt, func(c *command) {
		there := v.byMark[c.Key]
		switch {
		case c.refused() && len(there) > 0:
			v.say("payment %s was refused with %d, yet receipt %s is there", c.Key, c.answers[0].Status, there[0].Number)
		case c.done() && len(there) == 0:
			v.say("payment %s was acknowledged with receipt %s, which is lost", c.Key, c.answers[0].Number)
		case len(there) > 1:
			v.say("payment %s is there %d times", c.Key, len(there))
		case c.done():
			r, a := there[0], c.answers[0]
			if r.ID != a.ID || r.Number != a.Number || r.Amount != a.Got || r.Amount != c.Amount {
				v.say("payment %s of %s was acknowledged with %s over %s, the book has %s over %s", c.Key, c.Amount.Yuan(), a.Number, a.Got.Yuan(), r.Number, r.Amount.Yuan())
			}
		}
	})
}

// voided: exactly the receipts that somebody was told are void.
func (v *verifier) voided() {
	told, doubtful := map[id.ID]bool{}, map[id.ID]bool{}
	v.of(VoidReceipt, func(c *command) {
		told[c.Subject] = told[c.Subject] || c.done()
		doubtful[c.Subject] = doubtful[c.Subject] || len(c.answers) == 0
	})
	for i := range v.books.Receipts {
		r := &v.books.Receipts[i]
		if void := r.State == cashier.StateVoid; void != told[r.ID] && !(void && doubtful[r.ID]) {
			v.say("receipt %s is void: %v, told: %v", r.Number, void, told[r.ID])
		}
	}
}

// forged: no receipt without somebody who gave money or took it back.
func (v *verifier) forged() {
	refunds, trades := map[id.ID]bool{}, map[string]bool{}
	v.of(PayRefund, func(c *command) { refunds[c.Subject] = refunds[c.Subject] || !c.refused() })
	for _, t := range v.captured {
		trades[t.Transaction] = true
	}
	for i := range v.books.Receipts {
		r := &v.books.Receipts[i]
		if r.Amount < 0 {
			if !refunds[r.Refund] {
				v.say("red receipt %s: nobody paid a refund out", r.Number)
			}
			continue
		}
		for _, p := range r.Pays {
			c := v.commands[p.Reference]
			if online := p.Method == cashier.MethodWechat; online && !trades[p.Reference] || !online && (c == nil || c.Deed != TakeReceipt) {
				v.say("receipt %s over %s: nobody paid “%s”", r.Number, r.Amount.Yuan(), p.Reference)
			}
		}
	}
}

// numbers run 1..n in every year.
func (v *verifier) numbers() {
	years := map[int][]int64{}
	for i := range v.books.Receipts {
		r := &v.books.Receipts[i]
		years[r.Year] = append(years[r.Year], r.Seq)
	}
	for year, list := range years {
		slices.Sort(list)
		for i, n := range list {
			if n != int64(i+1) {
				v.say("receipt numbers of %d: %d stands where %d should", year, n, i+1)
				break
			}
		}
	}
}

// orders: an acknowledged order is there once with its amount, and paid only
// by a trade of the channel.
func (v *verifier) orders() {
	keys, trades := map[id.ID]string{}, map[string]money.Fen{}
	for _, t := range v.captured {
		trades[t.Transaction] = t.Got
	}
	v.of(OpenOrder, func(c *command) {
		if !c.done() {
			return
		}
		a := c.answers[0]
		if keys[a.ID] != "" {
			v.say("order %s answered the keys %s and %s", a.Number, keys[a.ID], c.Key)
		}
		keys[a.ID] = c.Key
		o, there := v.books.Orders[a.ID]
		if !there || o.Amount != c.Amount || a.Got != c.Amount {
			v.say("order %s over %s was acknowledged over %s, the book has %s", a.Number, c.Amount.Yuan(), a.Got.Yuan(), o.Amount.Yuan())
		}
		if _, real := trades[o.Transaction]; o.State == "paid" && !real {
			v.say("order %s is paid, the channel has no trade “%s”", a.Number, o.Transaction)
		}
		if o.State == "created" || o.State == "waiting" {
			v.say("order %s is still %s", a.Number, o.State)
		}
	})
}

// channel: what the channel holds is credited once, to the fen.
func (v *verifier) channel() {
	var sum money.Fen
	paid := map[string]bool{}
	for _, o := range v.books.Orders {
		paid[o.Transaction] = paid[o.Transaction] || o.State == "paid"
	}
	for _, t := range v.captured {
		sum += t.Got
		there := v.byMark[t.Transaction]
		switch {
		case len(there) != 1:
			v.say("the channel holds %s of order %s, credited %d times", t.Got.Yuan(), t.Number, len(there))
		case there[0].Amount != t.Got:
			v.say("the channel holds %s of order %s, receipt %s says %s", t.Got.Yuan(), t.Number, there[0].Number, there[0].Amount.Yuan())
		case !paid[t.Transaction]:
			v.say("the channel holds %s of order %s, which is not paid", t.Got.Yuan(), t.Number)
		}
	}
	if sum != v.books.Clearing {
		v.say("the channel holds %s, the book says %s", sum.Yuan(), v.books.Clearing.Yuan())
	}
}

// refunds: paid out exactly when somebody was told so, and never more than was
// taken.
func (v *verifier) refunds() {
	asked, paid := map[id.ID]money.Fen{}, map[id.ID]bool{}
	v.of(AskRefund, func(c *command) {
		if c.done() {
			asked[c.answers[0].ID] = c.Amount
		}
	})
	v.of(PayRefund, func(c *command) { paid[c.Subject] = paid[c.Subject] || c.done() })
	back, reds := map[id.ID]money.Fen{}, map[id.ID]money.Fen{}
	for i := range v.books.Receipts {
		r := &v.books.Receipts[i]
		if r.Amount < 0 {
			reds[r.Refund] -= r.Amount
			back[r.RedOf] -= r.Amount
		}
	}
	there := map[id.ID]bool{}
	for i := range v.books.Refunds {
		f := &v.books.Refunds[i]
		there[f.ID] = true
		amount, known := asked[f.ID]
		is := f.State == cashier.RefundPaid
		switch {
		case !known || amount != f.Amount:
			v.say("refund %s over %s: asked was %s", f.ID, f.Amount.Yuan(), amount.Yuan())
		case is != paid[f.ID]:
			v.say("refund %s is paid: %v, told: %v", f.ID, is, paid[f.ID])
		case is && reds[f.ID] != f.Amount, !is && reds[f.ID] != 0:
			v.say("refund %s over %s gave %s back", f.ID, f.Amount.Yuan(), reds[f.ID].Yuan())
		}
	}
	for f := range asked {
		if !there[f] {
			v.say("refund %s was acknowledged and is lost", f)
		}
	}
	for receipt, sum := range back {
		if r := v.receipts[receipt]; r == nil || sum > r.Amount {
			v.say("receipt %s gave %s back, more than it took", receipt, sum.Yuan())
		}
	}
}

// runs end as their people were told.
func (v *verifier) runs() {
	released, withdrawn := map[id.ID]bool{}, map[id.ID]bool{}
	v.of(ReleaseRun, func(c *command) { released[c.Subject] = released[c.Subject] || c.done() })
	v.of(WithdrawRun, func(c *command) { withdrawn[c.Subject] = withdrawn[c.Subject] || c.done() })
	v.of(StartRun, func(c *command) {
		if !c.done() {
			return
		}
		run := c.answers[0].ID
		state, want := v.books.Runs[run], ""
		switch {
		case withdrawn[run]:
			want = "withdrawn"
		case released[run]:
			want = "released"
		}
		if want != "" && state != want {
			v.say("run %s is “%s”, told: %s", run, state, want)
		}
	})
}
