package invoice

import (
	"context"
	"fmt"
	"os"

	"linli/internal/cashier"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Filter narrows the list of invoices; zero fields do not.
type Filter struct {
	page.Request
	State   State
	Kind    Kind
	Receipt id.ID // what covers it, and the red ones of these
	Room    id.ID
	From    clock.Date // issued, inclusive
	Until   clock.Date
	Text    string          // part of number, title, payer or room
	Within  actor.Buildings // leaves out of a page what tells of rooms outside; sums do not know it
	rooms   []id.ID         // those of Within; nil is all
}

// Sums are of the whole result.
type Sums struct {
	Count  int64
	Issued int64     // those with a number
	Gross  money.Fen // of these; red ones are negative
	Tax    money.Fen
}

// Invoices lists invoices with lines and covers, newest first.
func (s *Service) Invoices(ctx context.Context, project id.ID, f Filter) (page.List[Invoice], error) {
	var err error
	q := s.db.Reader(ctx)
	if f.rooms, err = s.estate.RoomsWithin(ctx, q, project, f.Within); err != nil {
		return page.List[Invoice]{}, fmt.Errorf("list invoices: %w", err)
	}
	list, err := page.Newest(&f.Request, func(v Invoice) id.ID { return v.ID }, func(before id.ID) ([]Invoice, error) {
		return listDocs(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list invoices: %w", err)
	}
	if err := fillDocs(ctx, q, project, list.Items); err != nil {
		return page.List[Invoice]{}, fmt.Errorf("list invoices: %w", err)
	}
	list.Items, err = s.keepWithin(ctx, q, project, list.Items, f.Within)
	return list, err
}

// Sums adds up everything a filter finds.
func (s *Service) Sums(ctx context.Context, project id.ID, f Filter) (Sums, error) {
	out, err := sumDocs(ctx, s.db.Reader(ctx), project, &f)
	if err != nil {
		return out, fmt.Errorf("sum invoices: %w", err)
	}
	return out, nil
}

// Invoice reads one, whole. Error: fault.ErrNotFound.
func (s *Service) Invoice(ctx context.Context, project, invoice id.ID) (Invoice, error) {
	return oneDoc(ctx, s.db.Reader(ctx), project, invoice)
}

// Paper opens the file of an issued invoice; the caller closes it.
// Errors: fault.ErrNotFound, ErrNoFile.
func (s *Service) Paper(ctx context.Context, project, invoice id.ID) (*os.File, file.Blob, error) {
	v, err := s.Invoice(ctx, project, invoice)
	if err != nil {
		return nil, file.Blob{}, err
	}
	if v.File == 0 {
		return nil, file.Blob{}, ErrNoFile
	}
	return s.files.Open(ctx, project, v.File)
}

// Offer is what can be asked for from the receipts of one payer.
type Offer struct {
	Active    bool // without a provider there is nothing to offer
	Payer     id.ID
	PayerName string
	Titles    []Title
	Left      []Left // newest receipt first
	Small     bool
}

// offered is how many receipts of a payer an offer looks at.
const offered = 50

// Offer reads what a receipt, or the receipts of a room, still have for an
// invoice, one of both is given; within leaves out receipts that tell of rooms
// outside. Error: fault.ErrNotFound.
func (s *Service) Offer(ctx context.Context, project, room, receipt id.ID, within actor.Buildings) (Offer, error) {
	q := s.db.Reader(ctx)
	o := Offer{Titles: []Title{}, Left: []Left{}}
	seller, err := oneSeller(ctx, q, project)
	if err != nil || !seller.Active {
		return o, err
	}
	o.Active, o.Small = true, seller.Small
	ids := []id.ID{receipt}
	if receipt == 0 {
		f := cashier.Filter{Room: room, State: cashier.StateValid, Within: within}
		f.Limit = offered
		list, err := s.cashier.Receipts(ctx, project, f)
		if err != nil {
			return o, err
		}
		ids = ids[:0]
		for _, r := range list.Items {
			if len(ids) == 0 {
				o.Payer = r.Payer
			}
			if r.Payer == o.Payer && r.Amount > 0 && r.ReversedBy == 0 {
				ids = append(ids, r.ID)
			}
		}
	}
	kept, err := s.cashier.Kept(ctx, q, project, ids)
	if err != nil || len(kept) == 0 {
		return o, err
	}
	o.Payer, o.PayerName = kept[0].Receipt.Payer, kept[0].Receipt.PayerName
	if o.Left, err = s.left(ctx, q, project, kept, &seller); err != nil {
		return o, err
	}
	o.Titles, err = s.Titles(ctx, q, project, o.Payer)
	return o, err
}
