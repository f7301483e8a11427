package drive

import (
	"maps"
	"slices"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/reconcile"
)

// project is what the books say of one; of one that is not there they say
// nothing.
func (v *verifier) project(p id.ID) *Project {
	if b := v.books.Projects[p]; b != nil {
		return b
	}
	return newProject()
}

// ordered are all acknowledged orders, at the counter or by a code on paper.
func (v *verifier) ordered(f func(c *command, a *Entry)) {
	for _, d := range []Deed{OpenOrder, PayByCode} {
		v.of(d, func(c *command) {
			for i := range c.answers {
				if c.answers[i].Status < 300 {
					f(c, &c.answers[i])
				}
			}
		})
	}
}

// orders: an acknowledged order is there once with its amount, its room and its
// channel, and paid only by a trade of that channel.
func (v *verifier) orders() {
	keys, trades := map[id.ID]string{}, map[string]bool{}
	for _, t := range v.captured {
		trades[t.Channel+t.Transaction] = true
	}
	v.ordered(func(c *command, a *Entry) {
		if k := keys[a.ID]; k != "" && k != c.Key && c.Deed == OpenOrder {
			v.say("order %s answered the keys %s and %s", a.Number, k, c.Key)
		}
		keys[a.ID] = c.Key
		o, there := v.project(c.Project).Orders[a.ID]
		if !there || o.Amount != c.Amount || a.Got != c.Amount {
			v.say("order %s over %s was acknowledged over %s, the book has %s", a.Number, c.Amount.Yuan(), a.Got.Yuan(), o.Amount.Yuan())
		}
		if there && (o.Room != c.Subject || o.Channel != c.Channel || o.Number != a.Number) {
			v.say("order %s of room %s by %s: the book has %s of room %s by %s", a.Number, c.Subject, c.Channel, o.Number, o.Room, o.Channel)
		}
		if o.State == "paid" && !trades[o.Channel+o.Transaction] {
			v.say("order %s is paid, the channel has no trade “%s”", a.Number, o.Transaction)
		}
		if o.State == "created" || o.State == "waiting" {
			v.say("order %s is still %s", a.Number, o.State)
		}
	})
}

// stranger tells what came to a merchant and was no order of his.
func (v *verifier) stranger(t *Entry) bool {
	return slices.ContainsFunc(v.altered, func(a Entry) bool {
		return a.Channel == t.Channel && a.Number == t.Number && a.Note == string(reconcile.KindUnknown)
	})
}

// credited: what a channel took is booked once, to the fen, for the room and
// the project that asked for it, and came to that project's merchant.
func (v *verifier) credited() {
	asked, paid := map[string]*command{}, map[string]bool{}
	v.ordered(func(c *command, a *Entry) {
		asked[c.Channel+a.Number] = c
		o := v.project(c.Project).Orders[a.ID]
		paid[o.Channel+o.Transaction] = paid[o.Channel+o.Transaction] || o.State == "paid"
	})
	for i := range v.captured {
		t := &v.captured[i]
		there, c := v.byMark[t.Transaction], asked[t.Channel+t.Number]
		if v.stranger(t) {
			if len(there) != 0 {
				v.say("%s took %s for %s, which is nobody's order, and receipt %s says it was", t.Channel, t.Got.Yuan(), t.Number, there[0].Number)
			}
			continue
		}
		switch {
		case len(there) != 1:
			v.say("%s holds %s of order %s, credited %d times", t.Channel, t.Got.Yuan(), t.Number, len(there))
		case there[0].Amount != t.Got:
			v.say("%s holds %s of order %s, receipt %s says %s", t.Channel, t.Got.Yuan(), t.Number, there[0].Number, there[0].Amount.Yuan())
		case c == nil:
			v.say("%s holds %s of order %s, which nobody was told of", t.Channel, t.Got.Yuan(), t.Number)
		case there[0].project != c.Project || there[0].Room != c.Subject:
			v.say("%s holds %s of order %s, receipt %s gives it to another room or project", t.Channel, t.Got.Yuan(), t.Number, there[0].Number)
		case v.merchants[c.Project][t.Channel] != t.Merchant:
			v.say("%s holds %s of order %s for the merchant %s of another project", t.Channel, t.Got.Yuan(), t.Number, t.Merchant)
		case !paid[t.Channel+t.Transaction]:
			v.say("%s holds %s of order %s, which is not paid", t.Channel, t.Got.Yuan(), t.Number)
		}
	}
}

// takenBack: what a channel took back at once is on no receipt.
func (v *verifier) takenBack() {
	for _, t := range v.reversed {
		if there := v.byMark[t.Transaction]; len(there) > 0 {
			v.say("%s has taken %s of order %s back, and receipt %s says it came", t.Channel, t.Got.Yuan(), t.Number, there[0].Number)
		}
	}
}

// refunds: paid out exactly when somebody was told so, or the channel did; and
// never more than was taken.
func (v *verifier) refunds() {
	asked, told := map[id.ID]money.Fen{}, map[id.ID]bool{}
	v.of(AskRefund, func(c *command) {
		if c.done() {
			asked[c.answers[0].ID] = c.Amount
		}
	})
	v.of(PayRefund, func(c *command) { told[c.Subject] = told[c.Subject] || c.done() })
	went := map[string]bool{}
	for _, g := range v.givenBack {
		went[g.Channel+g.Number] = g.State == "SUCCESS"
	}
	back, reds := map[id.ID]money.Fen{}, map[id.ID]money.Fen{}
	for _, r := range v.receipts {
		if r.Amount < 0 {
			reds[r.Refund] -= r.Amount
			back[r.RedOf] -= r.Amount
		}
	}
	there := map[id.ID]bool{}
	for _, p := range v.books.Projects {
		for i := range p.Refunds {
			f := &p.Refunds[i]
			there[f.ID] = true
			amount, known := asked[f.ID]
			is, was := f.State == cashier.RefundPaid, told[f.ID]
			if f.ChannelNumber != "" && !was {
				was = went[string(f.Method)+f.ChannelNumber]
			}
			switch {
			case !known || amount != f.Amount:
				v.say("refund %s over %s: asked was %s", f.ID, f.Amount.Yuan(), amount.Yuan())
			case is != was:
				v.say("refund %s is paid: %v, told: %v", f.ID, is, was)
			case f.State == cashier.RefundSent:
				v.say("refund %s over %s is still on its way", f.ID, f.Amount.Yuan())
			case is && reds[f.ID] != f.Amount && (f.Candidate == 0 || f.Receipt != 0), !is && reds[f.ID] != 0:
				v.say("refund %s over %s gave %s back", f.ID, f.Amount.Yuan(), reds[f.ID].Yuan())
			}
		}
	}
	for f := range asked {
		if !there[f] {
			v.say("refund %s was acknowledged and is lost", f)
		}
	}
	for receipt, sum := range back {
		if r := v.receipts[receipt]; receipt != 0 && (r == nil || sum > r.Amount) {
			v.say("receipt %s gave %s back, more than it took", receipt, sum.Yuan())
		}
	}
}

// returned: what a channel gave back is one refund of ours with its amount,
// and no payment goes back more than once as a whole.
func (v *verifier) returned() {
	sums, took := map[string]money.Fen{}, map[string]money.Fen{}
	for _, t := range v.captured {
		took[t.Channel+t.Transaction] += t.Got
	}
	ours := map[string][]*cashier.Refund{}
	for _, p := range v.books.Projects {
		for i := range p.Refunds {
			f := &p.Refunds[i]
			if f.ChannelNumber != "" {
				ours[string(f.Method)+f.ChannelNumber] = append(ours[string(f.Method)+f.ChannelNumber], f)
			}
		}
	}
	for i := range v.givenBack {
		g := &v.givenBack[i]
		if g.State != "SUCCESS" {
			continue
		}
		if sums[g.Channel+g.Transaction] += g.Got; sums[g.Channel+g.Transaction] > took[g.Channel+g.Transaction] {
			v.say("%s gave back %s of %s, which brought %s", g.Channel, sums[g.Channel+g.Transaction].Yuan(), g.Transaction, took[g.Channel+g.Transaction].Yuan())
		}
		if v.elsewhere(g) {
			continue
		}
		switch there := ours[g.Channel+g.Number]; {
		case len(there) != 1:
			v.say("%s gave back %s as %s, %d refunds say so", g.Channel, g.Got.Yuan(), g.Number, len(there))
		case there[0].Amount != g.Got:
			v.say("%s gave back %s as %s, the refund is over %s", g.Channel, g.Got.Yuan(), g.Number, there[0].Amount.Yuan())
		}
	}
}

// elsewhere tells what was given back on the platform's own page, on purpose.
func (v *verifier) elsewhere(g *Entry) bool {
	for _, t := range v.captured {
		if t.Channel == g.Channel && t.Transaction == g.Transaction {
			return slices.ContainsFunc(v.altered, func(a Entry) bool {
				return a.Channel == t.Channel && a.Number == t.Number && a.Note == string(reconcile.KindRefund)
			})
		}
	}
	return false
}

// held is what a project holds at one channel of the payments of one day.
type holding struct {
	project id.ID
	channel string
	day     string
}

// clearing: what our receipts say that a channel holds of the payments of a day
// is what it took on that day, less what it gave back of them; and the book
// says the same.
func (v *verifier) clearing() {
	theirs, ours, days := map[holding]money.Fen{}, map[holding]money.Fen{}, map[id.ID]map[clock.Date]money.Fen{}
	at := map[string]holding{}
	for i := range v.captured {
		t := &v.captured[i]
		if v.stranger(t) || len(v.byMark[t.Transaction]) == 0 {
			continue // named above
		}
		h := holding{v.byMark[t.Transaction][0].project, t.Channel, t.Day}
		at[t.Channel+t.Transaction] = h
		theirs[h] += t.Got
	}
	for i := range v.givenBack {
		if g := &v.givenBack[i]; g.State == "SUCCESS" && !v.elsewhere(g) {
			theirs[at[g.Channel+g.Transaction]] -= g.Got
		}
	}
	for _, r := range v.receipts {
		for _, p := range r.Pays {
			if p.Method != cashier.MethodWechat && p.Method != cashier.MethodAlipay || r.State == cashier.StateVoid {
				continue
			}
			ours[at[string(p.Method)+v.transaction(r, &p)]] += p.Amount
			if days[r.project] == nil {
				days[r.project] = map[clock.Date]money.Fen{}
			}
			days[r.project][r.Date] += p.Amount
		}
	}
	for h := range both(theirs, ours) {
		if theirs[h] != ours[h] {
			v.say("%s holds %s of project %s for %s, its receipts say %s", h.channel, theirs[h].Yuan(), h.project, h.day, ours[h].Yuan())
		}
	}
	for project, p := range v.books.Projects {
		for day := range both(p.Clearing, days[project]) {
			if p.Clearing[day] != days[project][day] {
				v.say("the book of project %s has %s with channels on %s, its receipts say %s", project, p.Clearing[day].Yuan(), day, days[project][day].Yuan())
			}
		}
	}
}

// transaction is the channel's number of the money that a receipt is about; a
// red one is about that of the receipt it takes back.
func (v *verifier) transaction(r *booked, p *cashier.Pay) string {
	if first := v.receipts[r.RedOf]; r.Amount < 0 && first != nil {
		for _, x := range first.Pays {
			if x.Method == p.Method {
				return x.Reference
			}
		}
	}
	return p.Reference
}

// both are the keys of two maps.
func both[K comparable, V any](a, b map[K]V) map[K]V {
	all := maps.Clone(a)
	if all == nil {
		all = map[K]V{}
	}
	maps.Copy(all, b)
	return all
}

// mornings: every day is reconciled; what is open is what was spoiled on
// purpose, and nothing else; what came while nobody told was credited by it.
func (v *verifier) mornings() {
	type odd struct{ channel, number, kind string }
	want, open := map[odd]bool{}, map[odd]bool{}
	for _, a := range v.altered {
		want[odd{a.Channel, a.Number, a.Note}] = true
	}
	credited := map[string]bool{}
	for _, p := range v.books.Projects {
		if len(p.Days) == 0 {
			v.say("no day was reconciled")
		}
		for _, st := range p.Days {
			if st.State != reconcile.StatementDone {
				v.say("the bill of %s of %s is %s: %s", st.Channel, st.Day, st.State, st.Reason)
			}
		}
		for _, d := range p.Differences {
			if d.State == reconcile.DifferenceOpen {
				open[odd{d.Channel, d.Number, string(d.Kind)}] = true
			}
		}
		for transaction := range p.Credited {
			credited[transaction] = true
		}
	}
	for o := range both(want, open) {
		switch {
		case !want[o]:
			v.say("the morning found “%s” at %s for %s, which nobody has caused", o.kind, o.channel, o.number)
		case !open[o]:
			v.say("the morning missed “%s” at %s for %s", o.kind, o.channel, o.number)
		}
	}
	for _, t := range v.captured {
		if v.silent[t.Number] && !credited[t.Transaction] {
			v.say("%s took %s of order %s when nobody told, and the morning did not credit it", t.Channel, t.Got.Yuan(), t.Number)
		}
	}
}
