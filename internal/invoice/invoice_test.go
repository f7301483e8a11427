package invoice_test

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/cashier"
	"linli/internal/invoice"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Both parts always sum to the amount, and the tax is at most half a fen off.
func TestSplit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gross    money.Fen
		rate     int
		net, tax money.Fen
	}{{352_80, 600, 332_83, 19_97}, {300_00, 900, 275_23, 24_77}, {1, 600, 1, 0}, {100_00, 0, 100_00, 0}, {103, 300, 100, 3}} {
		if net, tax, err := invoice.Split(c.gross, c.rate); err != nil || net != c.net || tax != c.tax {
			t.Errorf("%d at %d: %d + %d, %v", c.gross, c.rate, net, tax, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		gross := money.Fen(rapid.Int64Range(1, 1e13).Draw(rt, "gross"))
		rate := rapid.SampledFrom([]int{0, 100, 300, 500, 600, 900, 1300}).Draw(rt, "rate")
		net, tax, err := invoice.Split(gross, rate)
		off := 2 * (int64(tax)*int64(10000+rate) - int64(gross)*int64(rate))
		if err != nil || net+tax != gross || off > int64(10000+rate) || off <= -int64(10000+rate) {
			rt.Fatalf("%d at %d: %d + %d, %v", gross, rate, net, tax, err)
		}
	})
}

// An application becomes two invoices, parking apart; what is on them cannot be
// asked for again nor taken back, until a red invoice is issued.
func TestInvoiceAndRed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		r := w.take(t, 3*652_80)
		_, err := w.invoice.Ask(ctx, me(), w.project, invoice.Application{Receipts: []id.ID{r.ID}, New: &invoice.Title{Party: invoice.Party{Name: "林晓峰"}}, Expected: 3 * 652_80})
		mustBe(t, err, invoice.ErrAsk) // parking needs a place
		_, err = w.invoice.Ask(ctx, me(), w.project, invoice.Application{Receipts: []id.ID{r.ID}, New: person().New, Place: "浙A12345", Expected: 1})
		mustBe(t, err, invoice.ErrChanged)
		list := w.ask(t, person(r.ID))
		if len(list) != 2 || list[0].Gross != 3*352_80 || list[0].Tax != 59_91 || list[1].Gross != 900_00 || list[1].Tax != 74_31 || list[1].Place != "浙A12345" {
			t.Fatalf("asked %+v", list)
		}
		_, err = w.invoice.Ask(ctx, me(), w.project, person(r.ID))
		mustBe(t, err, invoice.ErrNothing)
		_, err = w.cashier.Void(ctx, me(), w.project, r.ID, "收错")
		mustBe(t, err, invoice.ErrInvoiced)

		_, err = w.invoice.Issue(ctx, me(), w.project, []id.ID{list[0].ID, list[1].ID})
		mustBe(t, err, nil)
		w.drain(t)
		v := w.one(t, list[0].ID)
		if v.State != invoice.Issued || len(v.Number) != 20 || v.File == 0 || v.IssuedOn != 20261121 {
			t.Fatalf("issued %+v", v)
		}
		f, b, err := w.invoice.Paper(ctx, w.project, v.ID)
		mustBe(t, err, nil)
		body, err := io.ReadAll(f)
		if f.Close(); err != nil || !bytes.HasPrefix(body, []byte("%PDF-")) || b.Name != v.Number+".pdf" {
			t.Fatalf("paper %s: %v", b.Name, err)
		}
		_, err = w.invoice.Issue(ctx, me(), w.project, []id.ID{v.ID})
		mustBe(t, err, invoice.ErrState)
		_, err = w.invoice.Cancel(ctx, me(), w.project, v.ID)
		mustBe(t, err, invoice.ErrState)

		red, err := w.invoice.Reverse(ctx, me(), w.project, v.ID, "抬头开错")
		mustBe(t, err, nil)
		_, err = w.invoice.Reverse(ctx, me(), w.project, v.ID, "再来一次")
		mustBe(t, err, invoice.ErrState)
		_, err = w.cashier.Void(ctx, me(), w.project, r.ID, "收错")
		mustBe(t, err, invoice.ErrInvoiced)
		w.drain(t)
		red = w.one(t, red.ID)
		if v = w.one(t, v.ID); v.State != invoice.Reversed || red.State != invoice.Issued || red.Gross != -v.Gross || v.RedByNumber != red.Number || red.RedOfNumber != v.Number {
			t.Fatalf("red %+v of %+v", red, v)
		}
		again := w.ask(t, person(r.ID))
		if len(again) != 1 || again[0].Gross != v.Gross {
			t.Fatalf("asked again %+v", again)
		}
		sums, err := w.invoice.Sums(ctx, w.project, invoice.Filter{})
		if err != nil || sums.Count != 4 || sums.Issued != 3 || sums.Gross != 900_00 || sums.Tax != 74_31 {
			t.Fatalf("sums %+v, %v", sums, err)
		}
	})
}

// What nobody knows is asked about and never sent under a new number; what was
// refused may be tried again under the same.
func TestUnknownOutcome(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		r := w.take(t, 352_80)
		in := person(r.ID)
		in.Items = []id.ID{w.fee}
		v := w.ask(t, in)[0]
		try := func(later ...time.Duration) invoice.Invoice {
			t.Helper()
			_, err := w.invoice.Issue(ctx, me(), w.project, []id.ID{v.ID})
			mustBe(t, err, nil)
			w.drain(t, later...)
			return w.one(t, v.ID)
		}
		w.desk.refuse = "购方名称不对"
		if got := try(); got.State != invoice.Failed || got.Reason != "购方名称不对（told）" || len(w.desk.issued()) != 0 {
			t.Fatalf("refused %+v", got)
		}
		// The second attempt does not arrive; the provider still speaks of the first.
		w.desk.deaf = 1
		if got := try(); got.State != invoice.Issuing || got.Reason == "" {
			t.Fatalf("unheard %+v", got)
		}
		// It is sent again, and the answer is lost.
		w.desk.lose, w.desk.pending = 1, 1
		w.drain(t, 5*time.Second)
		if got := w.one(t, v.ID); got.State != invoice.Issuing || got.Number != "" {
			t.Fatalf("lost %+v", got)
		}
		if got := try(time.Minute); got.State != invoice.Issued || !slices.Equal(w.desk.issued(), []string{got.Number}) {
			t.Fatalf("found again %+v, %v issued", got, w.desk.issued())
		}
		w.now.Advance(24 * time.Hour)
		w.drain(t)
		if n := len(w.desk.issued()); n != 1 {
			t.Fatalf("%d issued for one application", n)
		}
	})
}

func TestTitlesAndSettings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		r := w.take(t, 652_80)
		company := invoice.Title{Company: true, Party: invoice.Party{Name: "杭州某某有限公司", TaxNo: "9133010079965505 8b"}}
		company.Payer = r.Payer
		saved, err := w.invoice.AddTitle(ctx, me(), w.project, company)
		mustBe(t, err, nil)
		if !saved.Preferred || saved.TaxNo != "91330100799655058B" {
			t.Errorf("first title %+v", saved)
		}
		if again, err := w.invoice.AddTitle(ctx, me(), w.project, company); err != nil || again.ID != saved.ID {
			t.Errorf("the same title again: %+v, %v", again, err)
		}
		for _, number := range []string{"", "91330100799655058A", "91330100799655058", "I1330100799655058B"} {
			wrong := company
			wrong.TaxNo = number
			if _, err := w.invoice.AddTitle(ctx, me(), w.project, wrong); fault.As(err) == nil || fault.As(err).Code != invoice.ErrTitle.Code {
				t.Errorf("tax number %q: %v", number, err)
			}
		}
		other, err := w.invoice.AddTitle(ctx, me(), w.project, invoice.Title{Payer: r.Payer, Party: invoice.Party{Name: "林晓峰"}, Preferred: true})
		mustBe(t, err, nil)
		list, err := w.invoice.Titles(ctx, w.d.Reader(ctx), w.project, r.Payer)
		if err != nil || len(list) != 2 || list[0].ID != other.ID || list[1].Preferred {
			t.Errorf("titles %+v, %v", list, err)
		}
		in := invoice.Application{Receipts: []id.ID{r.ID}, Title: other.ID, Special: true, Expected: 652_80, Place: "浙A12345"}
		_, err = w.invoice.Ask(ctx, me(), w.project, in)
		mustBe(t, err, invoice.ErrAsk) // a person gets no 专用发票

		s, err := w.invoice.Seller(ctx, w.d.Reader(ctx), w.project)
		mustBe(t, err, nil)
		s.Small, s.Account.Secret = true, ""
		s, err = w.invoice.SetSeller(ctx, me(), w.project, s)
		if err != nil || s.Account.Secret != secret {
			t.Fatalf("secret kept: %+v, %v", s, err)
		}
		in.Special = false
		_, err = w.invoice.Ask(ctx, me(), w.project, in)
		mustBe(t, err, invoice.ErrNoTax) // 6 % is none of a small taxpayer
		tax := invoice.Tax{Item: w.fee, From: 20260101, Rate: 600, Code: "3040801010000000000", Short: "企业管理服务"}
		mustBe(t, w.invoice.SetTax(ctx, me(), w.project, tax), invoice.ErrTax)
		tax.Rate, tax.Simple = 100, true
		mustBe(t, w.invoice.SetTax(ctx, me(), w.project, tax), nil)
		in.Items, in.Expected = []id.ID{w.fee}, 352_80
		asked, err := w.invoice.Ask(ctx, me(), w.project, in)
		if err != nil || asked[0].Tax != 3_49 {
			t.Fatalf("small taxpayer: %+v, %v", asked, err)
		}
		s.Account.Secret = ""
		s.Account.Host, s.Active = "https://other.example.cn", false
		if _, err := w.invoice.SetSeller(ctx, me(), w.project, s); fault.As(err) == nil || fault.As(err).Code != invoice.ErrSeller.Code {
			t.Errorf("the secret went to another host: %v", err)
		}
	})
}

// Whatever is received, asked for, issued, reversed, cancelled and given back:
// no invoice holds more than a receipt has kept.
func TestNeverMoreThanReceived(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		receipts, docs := []id.ID{}, []id.ID{}
		seed := uint64(20261121)
		draw := func(n int) int { // the same steps on every run and engine
			seed = seed*6364136223846793005 + 1442695040888963407
			return int(seed>>33) % n
		}
		refused, done := 0, 0
		count := func(err error) {
			if done++; err != nil {
				if refused++; fault.As(err) == nil {
					t.Fatal(err)
				}
			}
		}
		for range 60 {
			if len(receipts) == 0 || draw(6) == 0 && len(receipts) < 8 {
				receipts = append(receipts, w.take(t, money.Fen(50_00+draw(400_00))).ID)
				continue
			}
			r := receipts[draw(len(receipts))]
			switch draw(6) {
			case 0, 1:
				in := person(r, receipts[draw(len(receipts))])
				if in.Items = []id.ID{w.fee}; draw(2) == 0 {
					in.Items = nil
				}
				in.Expected = w.offered(t, in)
				list, err := w.invoice.Ask(ctx, me(), w.project, in)
				count(err)
				for _, v := range list {
					docs = append(docs, v.ID)
				}
			case 2:
				count(w.giveBack(t, r, money.Fen(1+draw(100_00))))
			case 3:
				_, err := w.cashier.Void(ctx, me(), w.project, r, "随机")
				count(err)
			default:
				if len(docs) == 0 {
					continue
				}
				v := docs[draw(len(docs))]
				var err error
				switch draw(3) {
				case 0:
					_, err = w.invoice.Issue(ctx, me(), w.project, []id.ID{v})
				case 1:
					_, err = w.invoice.Cancel(ctx, me(), w.project, v)
				default:
					_, err = w.invoice.Reverse(ctx, me(), w.project, v, "随机")
				}
				count(err)
				w.drain(t)
			}
			if draw(4) == 0 {
				w.sound(t)
			}
		}
		if refused < 5 || refused > done-10 {
			t.Errorf("%d of %d refused: the steps try too little", refused, done)
		}
	})
}

func (w *world) offered(t *testing.T, in invoice.Application) money.Fen {
	t.Helper()
	var sum money.Fen
	seen := map[id.ID]bool{}
	for _, r := range in.Receipts {
		o, err := w.invoice.Offer(t.Context(), w.project, 0, r, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range o.Left {
			if !seen[r] && (len(in.Items) == 0 || l.Line.Item == in.Items[0]) {
				sum += l.Amount
			}
		}
		seen[r] = true
	}
	return sum
}

// giveBack refunds a part of a receipt, as two people do.
func (w *world) giveBack(t *testing.T, receipt id.ID, amount money.Fen) error {
	t.Helper()
	ctx := t.Context()
	f, err := w.cashier.AskRefund(ctx, me(), w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: receipt, Amount: amount, Method: cashier.MethodCash, Reason: "随机"})
	if err != nil {
		return err
	}
	if f, err = w.cashier.DecideRefund(ctx, me(), w.project, f.ID, true, "", f.Version); err != nil {
		return err
	}
	_, _, err = w.cashier.PayRefund(ctx, me(), w.project, f.ID, f.Version)
	if err != nil {
		if _, err := w.cashier.WithdrawRefund(ctx, me(), w.project, f.ID, f.Version); err != nil {
			t.Fatal(err)
		}
	}
	return err
}
