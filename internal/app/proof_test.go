package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/paycode"
	"linli/internal/payment"
	"linli/internal/shift"
)

// TestReceiptProof: the paper of a receipt carries a code that tells whoever
// holds it what became of the receipt, and nobody can make the code of another.
func TestReceiptProof(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		codes := w.app.Paycode
		codes.Public = true
		kept, gone := w.cash(t, w.rooms[0]), w.cash(t, w.rooms[1])
		w.paperProves(t, kept.ID)
		p := w.proof(t, kept.ID)
		if p.State != paycode.ProofValid || p.Number != kept.Number || p.Amount != onlineOwed || p.Payer != "住***" || !p.At.Equal(kept.At) || p.Project != "翠湖花园" || p.Refunded != 0 {
			t.Errorf("valid: %+v", p)
		}
		if said := fmt.Sprintf("%+v", p); strings.Contains(said, "3栋") || strings.Contains(said, "住户") {
			t.Errorf("tells more than it must: %s", said)
		}
		if _, err := w.app.Cashier.Void(t.Context(), w.who, w.project, gone.ID, "收错"); err != nil {
			t.Fatal(err)
		}
		if p = w.proof(t, gone.ID); p.State != paycode.ProofVoid || p.Number != gone.Number {
			t.Errorf("void: %+v", p)
		}
		part := w.handedBack(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: kept.ID, Amount: 60, Method: cashier.MethodCash, Reason: "多收"})
		if p = w.proof(t, kept.ID); p.State != paycode.ProofValid || p.Refunded != 60 {
			t.Errorf("refunded in part: %+v", p)
		}
		if p = w.proof(t, part.Red); p.State != paycode.ProofRed || p.Other != kept.Number || p.Amount != -60 {
			t.Errorf("red: %+v", p)
		}
		whole := w.cash(t, w.rooms[2])
		w.handOver(t)
		red := w.handedBack(t, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: whole.ID, Reason: "收错房屋"})
		if p = w.proof(t, whole.ID); p.State != paycode.ProofReversed || p.Other != red.RedNumber {
			t.Errorf("reversed: %+v", p)
		}
		w.forged(t, kept.ID, gone.ID)
		codes.Public = false
		if b, err := w.app.Cashier.View(t.Context(), w.project, kept.ID, cashier.PaperA4); err != nil || strings.Contains(string(b), "扫码验真伪") {
			t.Errorf("the paper names an address that nobody has set, %v", err)
		}
	})
}

func (w *onlineWorld) cash(t *testing.T, room id.ID) cashier.Receipt {
	t.Helper()
	r, err := w.app.Cashier.Receive(t.Context(), w.who, w.project, cashier.Taking{Room: room, ExpectedOwed: onlineOwed, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: onlineOwed}}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// paperProves holds every paper against the code of the receipt.
func (w *onlineWorld) paperProves(t *testing.T, receipt id.ID) {
	t.Helper()
	code, err := payment.QR(w.app.Paycode.ProofLink(w.project, receipt))
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []cashier.Paper{cashier.Paper80, cashier.PaperA4, cashier.Paper241} {
		b, err := w.app.Cashier.View(t.Context(), w.project, receipt, on)
		if err != nil || !strings.Contains(string(b), code) || !strings.Contains(string(b), "扫码验真伪") {
			t.Errorf("paper %s has no code of this receipt, %v", on, err)
		}
	}
	ps, err := w.app.Cashier.PrintSetting(t.Context(), w.app.DB.Reader(t.Context()), w.project)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := w.app.Cashier.Sample(t.Context(), w.project, cashier.PaperA4, ps); err != nil || strings.Contains(string(b), "扫码验真伪") {
		t.Errorf("a sample proves a receipt, %v", err)
	}
}

func (w *onlineWorld) tokenOn(receipt id.ID) string {
	return path.Base(w.app.Paycode.ProofLink(w.project, receipt))
}

func (w *onlineWorld) proof(t *testing.T, receipt id.ID) paycode.Proof {
	t.Helper()
	p, err := w.app.Paycode.Proof(t.Context(), phone, w.tokenOn(receipt))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// handedBack gives money of a receipt back in the ways of the counter.
func (w *onlineWorld) handedBack(t *testing.T, in cashier.RefundAsk) cashier.Refund {
	t.Helper()
	f, err := w.app.Cashier.AskRefund(t.Context(), w.who, w.project, in)
	if err == nil {
		f, err = w.app.Cashier.DecideRefund(t.Context(), actor.Actor{Account: 12, Name: "钱敏"}, w.project, f.ID, true, "", f.Version)
	}
	if err == nil {
		f, _, err = w.app.Cashier.PayRefund(t.Context(), w.who, w.project, f.ID, f.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// handOver closes the shift of the cashier.
func (w *onlineWorld) handOver(t *testing.T) {
	t.Helper()
	sh, _, err := w.app.Shift.CurrentShift(t.Context(), w.who, w.project)
	if err != nil {
		t.Fatal(err)
	}
	drawer := 2*onlineOwed - 60
	if _, err = w.app.Shift.CountShift(t.Context(), w.who, w.project, sh.ID, &drawer, nil); err == nil {
		_, err = w.app.Shift.CloseShift(t.Context(), w.who, w.project, sh.ID, shift.Closing{Count: 1, Handed: drawer})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// forged are tokens that nobody has printed: each is answered like the others,
// and whoever tries too many is kept out while others are not.
func (w *onlineWorld) forged(t *testing.T, one, other id.ID) {
	t.Helper()
	mine, theirs := w.tokenOn(one), w.tokenOn(other)
	elsewhere := path.Base(w.app.Paycode.ProofLink(w.project+1, one))
	last := map[bool]string{true: "B", false: "A"}[strings.HasSuffix(mine, "A")]
	for _, token := range []string{"", "x", mine[:22], mine[:22] + theirs[22:], theirs[:22] + mine[22:], elsewhere[:22] + mine[22:], elsewhere, mine[:len(mine)-1] + last,
		mine + "A", "******************************", w.tokenOn(424242)} {
		if p, err := w.app.Paycode.Proof(t.Context(), phone, token); !errors.Is(err, paycode.ErrNoReceipt) || p != (paycode.Proof{}) {
			t.Errorf("token %q: %+v, %v", token, p, err)
		}
	}
	thief := actor.Actor{Address: "198.51.100.9"}
	var err error
	for n := 0; n < 40 && !errors.Is(err, paycode.ErrTooMany); n++ {
		_, err = w.app.Paycode.Proof(t.Context(), thief, mine[:22]+fmt.Sprintf("%022d", n))
	}
	if !errors.Is(err, paycode.ErrTooMany) {
		t.Errorf("40 guesses: %v", err)
	}
	if _, err := w.app.Paycode.Proof(t.Context(), thief, mine); !errors.Is(err, paycode.ErrTooMany) {
		t.Errorf("who guessed too often: %v", err)
	}
	w.proof(t, one)
}

// provePublicly tries the public operation of receipts on twins.
func (w *matrixWorld) provePublicly(t *testing.T) {
	t.Helper()
	w.app.Paycode.Public = true
	defer func() { w.app.Paycode.Public = false }()
	token := func(project, receipt id.ID) string { return path.Base(w.app.Paycode.ProofLink(project, receipt)) }
	for at, want := range map[string]int{
		token(w.a.ids["project"], w.a.ids["receipt"]): http.StatusOK, token(w.a.ids["project"], w.b.ids["receipt"]): http.StatusNotFound,
		token(w.b.ids["project"], w.a.ids["receipt"]): http.StatusNotFound, "nothing": http.StatusNotFound,
	} {
		status, text := w.call(t, "", "GET", "/api/v1/receipt-proofs/"+at, "", "")
		if status != want || strings.Contains(text, w.b.canary) {
			t.Errorf("GET %s: %d, want %d: %s", at, status, want, text)
		}
	}
}
