package invoice_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"linli/internal/invoice"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// A title is put right or put away; what was asked for keeps what it said, and
// of people who change the same title at once one does.
func TestTitleIsPutRight(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		r := w.take(t, 652_80)
		add := func(in invoice.Title) invoice.Title {
			in.Payer = r.Payer
			made, err := w.invoice.AddTitle(ctx, me(), w.project, in)
			mustBe(t, err, nil)
			return made
		}
		company := add(invoice.Title{Company: true, Party: invoice.Party{Name: "杭州某某有限公司", TaxNo: "91330100799655058B", Phone: "0571-1"}})
		other := add(invoice.Title{Party: invoice.Party{Name: "林晓峰"}, Preferred: true})
		asked := w.ask(t, invoice.Application{Receipts: []id.ID{r.ID}, Title: company.ID, Items: []id.ID{w.fee}})

		edit := company
		edit.Name, edit.Preferred = "杭州某某贸易有限公司", true
		edit, err := w.invoice.EditTitle(ctx, me(), w.project, edit)
		mustBe(t, err, nil)
		_, err = w.invoice.EditTitle(ctx, me(), w.project, company) // the version of before
		mustBe(t, err, fault.ErrStale)
		list, err := w.invoice.Titles(ctx, w.d.Reader(ctx), w.project, r.Payer)
		if err != nil || len(list) != 2 || list[0].Name != edit.Name || !list[0].Preferred || list[1].ID != other.ID || list[1].Preferred {
			t.Errorf("titles %+v, %v", list, err)
		}
		if v := w.one(t, asked[0].ID); v.Buyer.Name != company.Name {
			t.Errorf("the invoice followed its title: %q", v.Buyer.Name)
		}

		for range 8 {
			if n := w.editAtOnce(t, edit, 6); n != 1 {
				t.Errorf("%d people changed one version", n)
			}
			edit.Version++
		}

		edit.Active = false
		_, err = w.invoice.EditTitle(ctx, me(), w.project, edit)
		mustBe(t, err, nil)
		list, err = w.invoice.Titles(ctx, w.d.Reader(ctx), w.project, r.Payer)
		if err != nil || len(list) != 1 || list[0].ID != other.ID {
			t.Errorf("put away: %+v, %v", list, err)
		}
	})
}

// editAtOnce has n people change a title at once and counts those who did.
func (w *world) editAtOnce(t *testing.T, edit invoice.Title, n int) (done int) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, n)
	for n := range errs {
		wg.Go(func() { _, errs[n] = w.invoice.EditTitle(t.Context(), me(), w.project, edit) })
	}
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, fault.ErrStale) {
			t.Error(err)
		}
	}
	return done
}

// Two people who prefer a title of one payer at once are both served: the later
// one wins, and never are two preferred, or none.
func TestTitlesPreferredAtOnce(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		payer := w.take(t, 652_80).Payer
		for round := range 8 {
			var wg sync.WaitGroup
			errs := make([]error, 4)
			for n := range errs {
				wg.Go(func() {
					added, err := w.invoice.AddTitle(t.Context(), me(), w.project, invoice.Title{Payer: payer, Party: invoice.Party{Name: fmt.Sprintf("林%d%d", round, n)}, Preferred: true})
					if err == nil {
						added.Address, added.Active = "", true
						_, err = w.invoice.EditTitle(t.Context(), me(), w.project, added)
					}
					errs[n] = err
				})
			}
			wg.Wait()
			for n, err := range errs {
				if err != nil && !errors.Is(err, fault.ErrStale) {
					t.Fatalf("round %d, %d: %v", round, n, err)
				}
			}
			list, err := w.invoice.Titles(t.Context(), w.d.Reader(t.Context()), w.project, payer)
			if err != nil || len(list) != 4*(round+1) || !list[0].Preferred || list[1].Preferred {
				t.Fatalf("round %d: %+v, %v", round, list, err)
			}
		}
	})
}
