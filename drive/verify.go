package drive

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/cashier"
	"linli/internal/kit/id"
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
	books     *Books
	commands  map[string]*command
	keys      []string // in the order of the journal
	captured  []Entry
	givenBack []Entry
	reversed  []Entry
	altered   []Entry
	merchants map[id.ID]map[string]string // by project and channel
	silent    map[string]bool             // numbers of orders that were paid when nobody told
	quiet     bool
	receipts  map[id.ID]*booked
	byMark    map[string][]*booked // by the reference of a pay: a key, or a transaction of a channel
	ended     bool
	found     []string
}

// booked is a receipt of a project.
type booked struct {
	project id.ID
	*cashier.Receipt
}

// Verify holds a journal against the books and names, one sentence each, what
// was lost, doubled or forged.
func Verify(journal []Entry, b *Books) []string {
	v := &verifier{books: b, commands: map[string]*command{}, merchants: map[id.ID]map[string]string{}, silent: map[string]bool{},
		receipts: map[id.ID]*booked{}, byMark: map[string][]*booked{}}
	for i := range journal {
		v.learn(&journal[i])
	}
	for project, p := range b.Projects {
		for i := range p.Receipts {
			r := &booked{project, &p.Receipts[i]}
			v.receipts[r.ID] = r
			for _, pay := range r.Pays {
				if r.Amount > 0 && !slices.Contains(v.byMark[pay.Reference], r) {
					v.byMark[pay.Reference] = append(v.byMark[pay.Reference], r)
				}
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
	v.credited()
	v.takenBack()
	v.refunds()
	v.returned()
	v.clearing()
	v.mornings()
	v.runs()
	for _, f := range b.Findings {
		v.say("doctor: %s", f)
	}
	return v.found
}

// Thin says what a journal has too little of to show anything; empty is
// enough.
func Thin(journal []Entry) string {
	n := map[string]int{}
	for i := range journal {
		e := &journal[i]
		switch {
		case e.Deed == GivenBack && e.State != "SUCCESS":
		case e.Key == "":
			n[string(e.Deed)+e.Channel]++
		case e.known() && e.Status < 300:
			n[string(e.Deed)]++
		case e.Answered && !e.known():
			n[""]++
		}
	}
	wants := []struct {
		deed string
		at   int
		name string
	}{{string(Killed), 2, "kills"}, {"", 20, "answers unknown"}, {string(TakeReceipt), 20, "receipts"}, {string(VoidReceipt), 2, "voided"},
		{string(PayRefund), 2, "refunds paid at the counter"}, {string(PayByCode), 2, "payments by a code on paper"}, {string(Captured) + wechat, 5, "payments by WeChat"},
		{string(Captured) + alipay, 5, "payments by Alipay"}, {string(GivenBack) + wechat, 1, "refunds by WeChat"}, {string(GivenBack) + alipay, 1, "refunds by Alipay"},
		{string(Altered) + wechat, 1, "changes of WeChat's books"}, {string(Altered) + alipay, 1, "changes of Alipay's books"}}
	thin, all := false, []string{}
	for _, w := range wants {
		thin = thin || n[w.deed] < w.at
		all = append(all, fmt.Sprintf("%d %s", n[w.deed], w.name))
	}
	if !thin {
		return ""
	}
	return "the drive shows too little: " + strings.Join(all, ", ") + "; drive longer"
}

// Tally is what was held against what.
func Tally(journal []Entry, b *Books) string {
	receipts, orders, refunds, captured, back := 0, 0, 0, 0, 0
	for _, p := range b.Projects {
		receipts, orders, refunds = receipts+len(p.Receipts), orders+len(p.Orders), refunds+len(p.Refunds)
	}
	for i := range journal {
		switch e := &journal[i]; {
		case e.Deed == Captured:
			captured++
		case e.Deed == GivenBack && e.State == "SUCCESS":
			back++
		}
	}
	return fmt.Sprintf("%d lines of the journal, %d payments and %d refunds in the books of two channels against %d receipts, %d orders and %d refunds of ours",
		len(journal), captured, back, receipts, orders, refunds)
}

func (v *verifier) say(form string, args ...any) {
	v.found = append(v.found, fmt.Sprintf(form, args...))
}

func (v *verifier) learn(e *Entry) {
	switch {
	case e.Deed == Captured:
		v.captured = append(v.captured, *e)
	case e.Deed == GivenBack:
		v.givenBack = append(v.givenBack, *e)
	case e.Deed == Reversed:
		v.reversed = append(v.reversed, *e)
	case e.Deed == Altered:
		v.altered = append(v.altered, *e)
	case e.Deed == Merchant:
		if v.merchants[e.Project] == nil {
			v.merchants[e.Project] = map[string]string{}
		}
		v.merchants[e.Project][e.Channel] = e.Merchant
	case e.Deed == Silent:
		v.quiet = true
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
		c := v.commands[e.Key]
		if c == nil {
			v.say("key %s was answered and never sent", e.Key)
			return
		}
		c.answers = append(c.answers, *e)
		if v.quiet && e.Deed == OpenOrder && e.Status < 300 {
			v.silent[e.Number] = true
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
		if c.Deed == PayByCode {
			continue // what another window has opened may have ended meanwhile
		}
		first := c.answers[0]
		for _, a := range c.answers[1:] {
			if c.Deed == CancelByCode && a.Status == first.Status && a.ID == first.ID {
				continue // it is answered as it stands now
			}
			if a.Status != first.Status || a.ID != first.ID || a.Number != first.Number || a.Got != first.Got || a.State != first.State {
				v.say("%s %s was answered %d %s %s, and again %d %s %s", c.Deed, k, first.Status, first.ID, first.Number, a.Status, a.ID, a.Number)
			}
		}
	}
}

// taken: an acknowledged payment is there once with its amount, a refused one
// left nothing.
func (v *verifier) taken() {
	v.of(TakeReceipt, v.takenOnce)
	v.of(TakeDeposit, v.takenOnce)
}

func (v *verifier) takenOnce(c *command) {
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
		made := r.ID
		if c.Deed == TakeDeposit {
			made = r.DepositID
		}
		if made != a.ID || r.Number != a.Number || r.Amount != a.Got || r.Amount != c.Amount {
			v.say("payment %s of %s was acknowledged with %s over %s, the book has %s over %s", c.Key, c.Amount.Yuan(), a.Number, a.Got.Yuan(), r.Number, r.Amount.Yuan())
		}
		if r.project != c.Project || r.Room != c.Subject {
			v.say("payment %s was taken for another room or project than receipt %s says", c.Key, r.Number)
		}
	}
}

// voided: exactly the receipts that somebody was told are void.
func (v *verifier) voided() {
	told, doubtful := map[id.ID]bool{}, map[id.ID]bool{}
	v.of(VoidReceipt, func(c *command) {
		told[c.Subject] = told[c.Subject] || c.done()
		doubtful[c.Subject] = doubtful[c.Subject] || len(c.answers) == 0
	})
	for _, r := range v.receipts {
		if void := r.State == cashier.StateVoid; void != told[r.ID] && !(void && doubtful[r.ID]) {
			v.say("receipt %s is void: %v, told: %v", r.Number, void, told[r.ID])
		}
	}
}

// forged: no receipt without somebody who gave money or took it back, and
// nothing credited that no channel took.
func (v *verifier) forged() {
	refunds, trades := map[id.ID]bool{}, map[string]bool{}
	v.of(PayRefund, func(c *command) { refunds[c.Subject] = refunds[c.Subject] || !c.refused() })
	v.of(DecideRefund, func(c *command) { refunds[c.Subject] = refunds[c.Subject] || c.done() && c.answers[0].State == "sent" })
	for _, t := range v.captured {
		trades[t.Channel+t.Transaction] = true
	}
	for _, r := range v.receipts {
		if r.Amount < 0 {
			if !refunds[r.Refund] {
				v.say("red receipt %s: nobody paid a refund out", r.Number)
			}
			continue
		}
		for _, p := range r.Pays {
			c := v.commands[p.Reference]
			online := p.Method == cashier.MethodWechat || p.Method == cashier.MethodAlipay
			if online && !trades[string(p.Method)+p.Reference] || !online && (c == nil || c.Deed != TakeReceipt && c.Deed != TakeDeposit) {
				v.say("receipt %s over %s: nobody paid “%s”", r.Number, r.Amount.Yuan(), p.Reference)
			}
		}
	}
}

// numbers run 1..n in every project and year.
func (v *verifier) numbers() {
	type series struct {
		project id.ID
		year    int
	}
	lists := map[series][]int64{}
	for _, r := range v.receipts {
		of := series{r.project, r.Year}
		lists[of] = append(lists[of], r.Seq)
	}
	for of, list := range lists {
		slices.Sort(list)
		for i, n := range list {
			if n != int64(i+1) {
				v.say("receipt numbers of project %s in %d: %d stands where %d should", of.project, of.year, n, i+1)
				break
			}
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
		state, want := v.project(c.Project).Runs[run], ""
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
